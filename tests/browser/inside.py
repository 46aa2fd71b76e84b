"""The app's own code for the browser tests, in one process that stays.

Each line it reads is ``[command, *arguments]`` in JSON; each line it prints a reply.
"""

import hashlib
import itertools
import json
import os
import secrets
import sys
from datetime import date, timedelta
from types import SimpleNamespace

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.assurance.reviews import actions as reviewing  # noqa: E402
from compliance.assurance.seats import actions as seats  # noqa: E402
from compliance.assurance.seats.models import Seat  # noqa: E402
from compliance.content.checklist_translations import actions as checklist_translations  # noqa: E402
from compliance.content.checklists import actions as checklists  # noqa: E402
from compliance.content.checklists import content  # noqa: E402
from compliance.content.checklists.choices import QuestionKind  # noqa: E402
from compliance.content.publishing import actions as publishing  # noqa: E402
from compliance.identity.organisations.actions import hash_of, make_editor  # noqa: E402
from compliance.models import (  # noqa: E402
    Answer,
    Assessment,
    Check,
    Edition,
    Invitation,
    Membership,
    MonthEnd,
    Target,
    Theme,
    User,
)
from compliance.proof.audit import trail  # noqa: E402
from compliance.proof.audit.models import Event  # noqa: E402
from compliance.reporting.reports import actions as reports  # noqa: E402
from compliance.reporting.reports import storage as report_files  # noqa: E402
from compliance.reporting.results.law import Counts  # noqa: E402
from compliance.reporting.results.points import Point, ScalePoint, written  # noqa: E402
from compliance.reporting.results.trend import month_ends, rules  # noqa: E402
from compliance.work.assessments import actions  # noqa: E402
from compliance.work.assignments import actions as assignments  # noqa: E402
from compliance.work.remediation.actions import create_action  # noqa: E402
from tests.assurance.bundles import making as bundles  # noqa: E402
from tests.support import documents, factories, marked_rows, picture_files, signing  # noqa: E402
from tests.support.legal_indexes import amend  # noqa: E402

count = itertools.count(1)


def assessment(*names, questions=8, sections=2, role="officer"):
    """A new organisation with an assessment: its address, answers and sessions."""
    slug = f"browser-{os.getpid()}-{next(count)}"
    organisation = factories.make_organisation("Acme", slug)
    people = []
    for name in names:
        email = f"{name.lower()}@{slug}.example.org"
        person = User.objects.create(email=email, name=name, password="!")
        Membership.objects.create(organisation=organisation, user=person, role=role)
        people.append(person)
    made = factories.make_assessment(organisation, people[0], factories.make_edition(questions, sections))
    return {
        "id": str(made.pk),
        "path": made.get_absolute_url(),
        "answers": list(made.answers.order_by("question__position").values_list("pk", flat=True)),
        "people": [person.pk for person in people],
        "sessions": [session(person.pk) for person in people],
    }


def newcomer(name):
    """Somebody who owns a new organisation with nothing in it: its home and a session."""
    slug = f"browser-{os.getpid()}-{next(count)}"
    organisation = factories.make_organisation("Acme", slug)
    email = f"{name.lower()}@{slug}.example.org"
    person = User.objects.create(email=email, name=name, password="!")
    Membership.objects.create(organisation=organisation, user=person, role="owner")
    return {"path": f"/o/{slug}/", "session": session(person.pk)}


def asks_for_a_date(name):
    """An assessment with one question for a date: its address, answer and a session."""
    made = assessment(name)
    person = User.objects.get(pk=made["people"][0])
    draft = factories.make_draft(0)
    factories.make_question(draft, draft.sections.get(), 1, kind="date").save()
    here = factories.make_assessment(person.memberships.get().organisation, person, factories.publish(draft))
    given = {"path": here.get_absolute_url(), "session": made["sessions"][0]}
    return given | {"answer": here.answers.get().pk}


def of_every_kind(name):
    """An assessment with a question of each kind: its address, answers by kind, a session."""
    made = assessment(name)
    person = User.objects.get(pk=made["people"][0])
    draft = factories.make_draft(0)
    section = draft.sections.get()
    offered = [("none", "Not written down", "not_met"), ("every", "Every one", "met")]
    offered.append(("one", "Done for one, drafted for others", "partly"))
    for position, kind in enumerate(QuestionKind.values, 1):
        number = {"at_least": 6, "unit": "months"} if kind == "number" else None
        fields = {"number": number} if number else {}
        factories.make_question(draft, section, position, kind=kind, **fields).save()
        if kind in {"choice", "choices", "stage"}:
            question = draft.questions.get(position=position)
            for at, (key, label, verdict) in enumerate(offered, 1):
                question.choices.create(key=key, label=label, verdict=verdict, position=at)
    here = factories.make_assessment(person.memberships.get().organisation, person, factories.publish(draft))
    answers = dict(here.answers.values_list("question__kind", "pk"))
    given = {"path": here.get_absolute_url(), "session": made["sessions"][0]}
    return given | {"answers": answers, "person": person.pk}


def answered(answer_id):
    """Verdict and value of an answer."""
    answer = Answer.objects.get(pk=answer_id)
    return [answer.verdict, answer.value]


def reported(name):
    """An assessment with two reports of three pages: the page of the newer, and a session."""
    made = assessment(name, questions=3, sections=1)
    target = Assessment.objects.get(pk=made["id"])
    for number in (1, 2):
        content = picture_files.pdf("", "1 Summary", "2 Law", title=f"{target.pk} {number}")
        sha256 = hashlib.sha256(content).hexdigest()
        report_files.folder()
        report_files.path_of(sha256).write_bytes(content)
        report = target.reports.create(
            number=number,
            status="done",
            pages=3,
            sha256=sha256,
            size_bytes=len(content),
            asked_by=target.started_by,
            finished_at=timezone.now(),
        )
    return {"path": report.get_absolute_url(), "session": made["sessions"][0]}


def related(name):
    """The same, its first question related to one that is met elsewhere."""
    made = assessment(name, questions=3, sections=1)
    target = Assessment.objects.get(pk=made["id"])
    edition = factories.make_edition(1)
    code = f"XB-{next(count)}"  # the demo's relations are XW
    factories.make_relation(target.edition, "Q1", edition, "Q1", code=code)
    by = target.started_by
    there = factories.make_assessment(target.organisation, by, edition)
    source = there.answers.get()
    save(by.pk, source.pk, {"verdict": "met", "note": "Kept in the wiki."})
    return made | {"source": source.pk}


def ask_again(answer_id):
    """An answer as it stands after it was carried forward."""
    Answer.objects.filter(pk=answer_id).update(verdict="met", again="carried")


def proposed(answer_id, person_id):
    """A proposal for an answer by a program of that person: its id."""
    answer = Answer.objects.get(pk=answer_id)
    fields = {"verdict": "partly", "note": "Two of three."}
    person = User.objects.get(pk=person_id)
    return factories.make_proposal(answer, person, fields, why="The register.").pk


def marked():
    """Rows with every badge and mark: the path of the list, and a session."""
    made = assessment("Cara", "Ole")
    cara, ole = User.objects.filter(pk__in=made["people"]).order_by("pk")
    organisation = cara.memberships.get().organisation
    path = marked_rows.make_marked(organisation, cara, ole).get_absolute_url()
    return {"path": path, "session": made["sessions"][0]}


def scaled():
    """Results of both kinds of scale, with answers and targets: paths, and a session."""
    made = assessment("Cara")
    cara = User.objects.get(pk=made["people"][0])
    organisation = cara.memberships.get().organisation
    paths = []
    for read in ("lowest", "mean"):
        edition = factories.make_scaled_edition(read)
        here = factories.make_assessment(organisation, cara, edition)
        for answer, value in zip(here.answers.order_by("pk"), ("c0", "c1"), strict=False):
            answer.value, answer.verdict = value, "met"
            answer.save()
        here.answers.filter(question__key="Q4").update(verdict="not_met")
        for group in ("keys", "place"):
            Target.objects.create(
                organisation=organisation,
                checklist=edition.checklist,
                assessment=here,
                scale="seal",
                group=group,
                level=2,
                set_at=here.started_at,
                set_by=cara,
            )
        paths.append(f"{here.get_absolute_url()}result/")
    people = {"person": cara.pk, "session": made["sessions"][0]}
    return {"paths": paths, **people}


def headed():
    """``scaled`` with two past months, and a second organisation: the overview's path."""
    made = scaled()
    cara = User.objects.get(pk=made["person"])
    here = cara.memberships.get().organisation
    there = factories.make_organisation("Elsewhere")
    Membership.objects.create(organisation=there, user=cara, role="reader")
    factories.make_assessment(there, cara, here.assessments.first().edition)
    last = month_ends(timezone.localdate(), 2)
    for one in here.assessments.all():
        Assessment.objects.filter(pk=one.pk).update(started_at=timezone.now() - timedelta(days=90))
        for at, month in enumerate(last):
            levels = (("keys", (at,)), ("place", (1,)))
            scale = ScalePoint("seal", at, f"SEAL-{at}", 2, levels)
            point = Point(Counts(met=at), (scale,), Counts())
            MonthEnd.objects.create(assessment=one, month=month, rules=rules(), figures=written(point))
    return {"path": f"/o/{here.slug}/overview/", "session": made["session"]}


def beside(answer_id):
    """The address of another assessment of the same organisation and checklist."""
    made = Answer.objects.get(pk=answer_id).assessment
    return factories.make_assessment(
        made.organisation, made.started_by, made.edition, subject="Beside"
    ).get_absolute_url()


def many(questions, *names):
    return assessment(*names, questions=questions, sections=4)


def board(name, *titles):
    """A new organisation with open actions: the address of its board, and a session."""
    made = assessment(name)
    answer = Answer.objects.get(pk=made["answers"][0])
    organisation = answer.assessment.organisation
    for title in titles:
        factories.make_action(organisation, answer.assessment.started_by, answer, title=title)
    path = f"/o/{organisation.slug}/actions/board/"
    return {"path": path, "session": made["sessions"][0], "answer": answer.pk}


def people_of(answer_id):
    organisation = Answer.objects.get(pk=answer_id).assessment.organisation
    return list(organisation.memberships.values_list("user_id", flat=True))


def in_review(questions=3):
    """A new assessment that Otto sent: its address, and Rev, who reviews it."""
    made = assessment("Con", "Otto", "Rev", questions=questions, sections=1)
    con, otto, rev = User.objects.filter(pk__in=made["people"]).order_by("pk")
    role(con.pk, "contributor")
    role(rev.pk, "reviewer")
    here = Assessment.objects.get(pk=made["id"])
    signing.answer(con, here, "Q1", verdict="met", note="Kept in the wiki.")
    signing.answer(con, here, "Q2", verdict="partly", note="Half of it.")
    signing.answer(con, here, "Q3", verdict="na", reason="We have none.")
    for number in range(4, questions + 1):
        signing.answer(con, here, f"Q{number}", verdict="met")
    reviewing.send(by=otto, assessment=here)
    path = f"{here.get_absolute_url()}review/"
    password(rev.pk)
    given = {"path": path, "session": session(rev.pk), "id": made["id"]}
    return given | {"person": rev.pk}


def reviewed(assessment_id):
    """Status, what was said of each question, and who signed as what."""
    here = Assessment.objects.get(pk=assessment_id)
    looks = Check.objects.filter(review__assessment=here)
    return {
        "status": here.status,
        "looks": list(looks.values_list("answer__question__key", "result", "reason")),
        "signed": list(here.signoffs.values_list("signer", "role", "reservations")),
        "ways": list(here.signoffs.values_list("method", flat=True)),
    }


def ask_newcomer(name):
    """Three questions for somebody invited: the path of the link, what it leads to."""
    made = assessment("Ole", questions=3, sections=1)
    path, ole = f"{made['path']}mine/", User.objects.get(pk=made["people"][0])
    organisation = Assessment.objects.get(pk=made["id"]).organisation
    assignments.assign(
        by=ole,
        organisation=organisation,
        assessment_id=made["id"],
        answer_ids=made["answers"],
        to=assignments.Newcomer(f"{name.lower()}@{organisation.slug}.example.org", name),
    )
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(path=path).update(token_hash=hash_of(token))
    return {"link": f"/invitation/{token}/", "path": path, "answers": made["answers"]}


def session(user_id):
    """The key of a new session of that person."""
    made = SessionStore()
    made[SESSION_KEY] = str(user_id)
    made[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    made[HASH_SESSION_KEY] = User.objects.get(pk=user_id).get_session_auth_hash()
    made.save()
    return made.session_key


def session_of(email):
    return session(User.objects.get(email=email).pk)


def end_session(key):
    SessionStore(key).delete()


def password(user_id):
    """The email of somebody who has signed in before with the factories' password."""
    user = User.objects.get(pk=user_id)
    user.last_login = timezone.now()
    user.set_password(factories.PASSWORD)
    user.save()
    return user.email


def role(user_id, name):
    Membership.objects.filter(user_id=user_id).update(role=name)


def remove(user_id):
    Membership.objects.filter(user_id=user_id).delete()


def archive(assessment_id):
    made = Assessment.objects.get(pk=assessment_id)
    actions.archive(by=made.started_by, assessment=made)


def take_up(assessment_id):
    made = Assessment.objects.get(pk=assessment_id)
    actions.take_up(by=made.started_by, assessment=made)


def standing(answer_id):
    """An answer as it stands now."""
    answer = Answer.objects.get(pk=answer_id)
    return {
        "verdict": answer.verdict,
        "note": answer.note,
        "reason": answer.reason,
        "version": answer.version,
        "owner": answer.owner_id,
        "due_on": str(answer.due_on or ""),
        "later_until": str(answer.later_until or ""),
        "again": answer.again,
        "taken_from": answer.taken_from_id,
        "comments": [comment.text for comment in answer.comments.all()],
        "evidence": [a.evidence.title for a in answer.attachments.all()],
    }


def verdicts(answer_ids):
    """The verdicts of answers, in the order asked for."""
    found = dict(Answer.objects.filter(pk__in=answer_ids).values_list("pk", "verdict"))
    return [found[answer_id] for answer_id in answer_ids]


def save(user_id, answer_id, changes):
    """A colleague saves at their own desk."""
    answer = Answer.objects.select_related("assessment__organisation").get(pk=answer_id)
    actions.save_answer(
        by=User.objects.get(pk=user_id),
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer_id,
        changes=changes,
        base=answer.version,
    )


def plan(user_id, answer_id):
    """An open action for an answer."""
    answer = Answer.objects.select_related("assessment__organisation").get(pk=answer_id)
    create_action(
        by=User.objects.get(pk=user_id),
        organisation=answer.assessment.organisation,
        fields={"title": "Write it"},
        answer_ids=[answer_id],
    )


def attach_link(answer_id):
    """A link of the library as evidence of an answer."""
    answer = Answer.objects.get(pk=answer_id)
    by = answer.assessment.started_by
    factories.attach(answer, factories.make_link(answer.assessment.organisation, by))


def events(answer_id):
    """Every event of an answer, oldest first: ``[action, what it changed to]``."""
    assessment_id = Answer.objects.get(pk=answer_id).assessment_id
    found = Event.objects.filter(scope_id=assessment_id, subject_label="answer", subject_id=str(answer_id))
    return [[event.action, trail.changes(event)[1]] for event in found.order_by("seq")]


def demo_places():
    """Ids of things that the demo organisation has, and an address; asked again, too."""
    running = Assessment.objects.filter(organisation__slug="nordhavn")
    shown = running.get(subject="Nordhavn Credit", status="running")
    answer = shown.answers.applying().order_by("question__position").first()
    own = shown.answers.applying().filter(owner=shown.started_by).first()
    waits = shown.answers.applying().filter(na_by__isnull=False, na_confirmed_by=None)
    taken = shown.answers.filter(taken_from__isnull=False)
    taken = taken.order_by("question__position").first()
    report = reports.ask_report(by=shown.started_by, assessment=shown)
    by, here = shown.started_by, shown.organisation
    moving = here.assessments.filter(subject="Logs").first() or waits_to_move(here, by)
    return {
        "assessment": shown.get_absolute_url(),
        "edition": shown.edition.checklist.editions.get(status="published").pk,
        "checklist": shown.edition.checklist_id,
        "answer": answer.pk,
        "own": own.pk,
        "waits": waits.first().pk,
        "taken": taken.pk,
        "source": taken.taken_from_id,
        "evidence": str(shown.organisation.evidence.first().pk),
        "report": str(report.pk),
        "review": str(running.filter(status="review").first().pk),
        "signed": signed_place(),
        "moving": str(moving.pk),
        **own_draft(),
        **auditors_places(),
    }


def signed_place():
    """The id of the demo's signed assessment."""
    rows = Assessment.objects.filter(organisation__slug="nordhavn", status="signed")
    return str(rows.get(subject="Mailvane").pk)


def brought_in():
    """The source of a copy of the demo's assessment in review, in the other organisation."""
    here = Assessment.objects.get(organisation__slug="nordhavn", status="review")
    zoe = User.objects.get(email="zoe@suedwind.example")
    given = {"organisation": zoe.memberships.get().organisation, "by": zoe}
    came = bundles.brought_in(bundles.bundle_of(here), **given)
    return came.get_absolute_url().replace("assessments/", "bundles/of/")


def demo_seat():
    """The number of the seat of the demo's auditor."""
    return Seat.objects.order_by("pk").first().pk


def auditors_places():
    """Ids of what the demo's auditor sees."""
    seat = Seat.objects.order_by("pk").first()
    answer = seat.items.order_by("pk").first().answer
    return {
        "seat": seat.pk,
        "seated": answer.pk,
        "seat_section": answer.question.section_id,
        "request": seat.requests.first().pk,
    }


def share_demo():
    """The path of a share link of the demo's seat."""
    seat = Seat.objects.order_by("pk").first()
    _, token = seats.share(by=seat.given_by, assessment=seat.assessment, label="Bank", days=7)
    return f"/share/{token}/"


def moving(name="Cara"):
    """An assessment whose checklist has a newer edition: its address and a session.

    R1 is reworded, T1 retyped, S1 the same and G1 gone; N1 and N2 are new.
    """
    made = assessment(name, "Ole", questions=1, sections=1)
    one = Assessment.objects.get(pk=made["id"])
    here = waits_to_move(one.organisation, one.started_by)
    path = here.get_absolute_url()
    return {"id": str(here.pk), "path": path, "session": made["sessions"][0]}


def waits_to_move(organisation, by):
    def published(number, *asked):
        document = documents.document(asked, checklist="moving", number=number)
        given = {"theme": Theme.objects.first().key, "title": "Logs", "summary": ""}
        return checklists.store_checklist(by=by, document=document, organisation=organisation, **given)[0]

    months = {"kind": "number", "number": {"at_least": 6, "unit": "months"}}
    question = documents.question
    first = published("1", *map(question, ("R1", "T1", "S1", "G1")))
    here = actions.start(
        by=by,
        organisation=organisation,
        edition=first,
        subject="Logs",
        period_from=date(2026, 1, 1),
        period_to=date(2026, 12, 31),
        facts={},
    )
    for answer in here.answers.select_related("question"):
        said = {"verdict": "met", "note": "Kept since May."}
        signing.answer(by, here, answer.question.key, **said)
    asked = [
        question("R1", text="Is R1 kept as it should be?"),
        question("T1", **months),
    ]
    published("2", *asked, *map(question, ("S1", "N1", "N2")))
    return here


def moved(assessment_id):
    """Edition, and what each answer says, by question; archived ones under "gone"."""
    here = Assessment.objects.get(pk=assessment_id)
    rows = Answer.everything.filter(assessment=here).select_related("question", "owner")
    return {
        "edition": here.edition.number,
        "gone": [row.question.key for row in rows if row.archived_at],
        **{
            row.question.key: [
                row.verdict,
                row.value,
                row.again,
                row.owner and row.owner.name,
            ]
            for row in rows
            if not row.archived_at
        },
    }


def own_draft(questions=0, name="Cara"):
    """A draft of an own checklist: its address, and sessions of two who may edit it.

    Without a number of questions it is two sections of the demo's own copy of a checklist.
    """
    if not questions:
        owner = User.objects.get(email="ada@nordhavn.example")
        organisation = owner.memberships.get().organisation
        editions = Edition.objects.published().filter(checklist__organisation=None)
        edition = editions.order_by("pk").first()
        own = Edition.objects.filter(
            checklist__organisation=organisation, checklist__key=edition.checklist.key
        )
        given = {"by": owner, "organisation": organisation, "edition_id": edition.pk}
        draft = own.first() or publishing.clone(**given)
        if not draft.translations:
            named = given | {"edition_id": draft.pk, "language": "de"}
            checklist_translations.add_language(**named)
            first = draft.sections.order_by("position")[:2]
            draft.questions.exclude(section__in=first).delete()
            draft.sections.exclude(pk__in=first).delete()
        return {"draft": draft.pk, "section": draft.sections.first().key}
    made = assessment(name, "Ole")
    organisation = Assessment.objects.get(pk=made["id"]).organisation
    own = factories.make_checklist("own", organisation)
    draft = factories.make_draft(questions, 2, checklist=own)
    path = f"/o/{organisation.slug}/checklists/{draft.pk}/"
    return {"draft": draft.pk, "path": path, "sessions": made["sessions"]}


def to_review(edition_id):
    """A draft, in review from now on."""
    draft = Edition.objects.get(pk=edition_id)
    organisation = draft.checklist.organisation
    publishing.send_to_review(
        by=organisation.memberships.first().user,
        organisation=organisation,
        edition_id=edition_id,
    )


def own_copy():
    """An own copy of a checklist, untouched: its address, and a session."""
    made = assessment("Cara")
    organisation = Assessment.objects.get(pk=made["id"]).organisation
    given = {"by": organisation.memberships.get().user, "organisation": organisation}
    draft = publishing.clone(**given, edition_id=factories.make_edition(3).pk)
    path = f"/o/{organisation.slug}/checklists/{draft.pk}/"
    return {"path": path, "session": made["sessions"][0], "draft": draft.pk}


def published_copy(title):
    """The address of an own copy in the demo of a checklist of the library, published."""
    ada = User.objects.get(email="ada@nordhavn.example")
    bruno = User.objects.get(email="bruno@nordhavn.example")
    organisation = ada.memberships.get().organisation
    editions = Edition.objects.published().filter(checklist__organisation=None)
    edition = editions.filter(checklist__title=title).latest("published_at")
    given = {"organisation": organisation}
    own = publishing.clone(**given, by=bruno, edition_id=edition.pk)
    publishing.send_to_review(**given, by=bruno, edition_id=own.pk)
    publishing.approve(**given, by=ada, edition_id=own.pk)
    return f"/o/{organisation.slug}/checklists/{own.pk}/"


def library(*names):
    """A published checklist of the library, and its editors, each elsewhere: sessions."""
    edition = factories.make_edition(questions=3)
    made = [assessment(name) for name in names]
    people = [User.objects.get(pk=one["people"][0]) for one in made]
    for person in people:
        make_editor(by=None, email=person.email)
    slugs = [person.memberships.get().organisation.slug for person in people]
    return {
        "edition": edition.pk,
        "checklist": edition.checklist_id,
        "lists": [f"/o/{slug}/checklists/" for slug in slugs],
        "emails": [person.email for person in people],
        "sessions": [one["sessions"][0] for one in made],
    }


def editions(checklist_id):
    """Id, number and state of each edition of a checklist, as they were made."""
    rows = Edition.objects.filter(checklist=checklist_id).order_by("pk")
    return list(rows.values_list("pk", "number", "status"))


def provisions():
    """Three places of a law: in force, of a later day, and gone to the first."""
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{next(count):04}")
    stem = f"Law{letters} Art."  # words of one length: none begins like another
    found, later, gone = (factories.make_provision(f"{stem} {n}") for n in (1, 2, 3))
    later.applies_from, later.status = "2099-01-02", "applies_later"
    gone.successor, gone.status = found, "repealed"
    for row in (later, gone):
        row.save()
    return [row.cite for row in (found, later, gone)]


def question_of(edition_id, key):
    """A question of a draft as it stands."""
    rows = Edition.objects.get(pk=edition_id).questions
    return content.question_document(content.with_links(rows).get(key=key))


def asked(edition_id):
    """Key and text of each question of an edition, by section."""
    found = content.document(Edition.objects.get(pk=edition_id))
    return {
        section["key"]: [[q["key"], q["text"]] for q in section["questions"]] for section in found["sections"]
    }


def change_law(answer_id):
    """Put off what the question of an answer rests on; the citation."""
    citations = Answer.objects.get(pk=answer_id).question.citations
    provision = citations.select_related("provision__instrument")[0].provision
    later = {"status": "applies_later", "applies_from": "2031-12-02"}
    amend({provision.cite: later}, provision.instrument.key)
    return provision.cite


COMMANDS = SimpleNamespace(**globals())

if __name__ == "__main__":
    for line in sys.stdin:
        command, *given = json.loads(line)
        reply = getattr(COMMANDS, command)(*given)
        sys.stdout.write(json.dumps(reply, default=str) + "\n")
        sys.stdout.flush()
