"""Rows for tests, as plain functions: everything has a default, nothing is hidden."""

import itertools
import secrets
from datetime import date
from types import SimpleNamespace

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from compliance.identity.tokens.actions import make_token
from compliance.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Checklist,
    Choice,
    Edition,
    Event,
    Evidence,
    Fact,
    Framework,
    Instrument,
    Membership,
    Organisation,
    Provision,
    Question,
    Relation,
    Section,
    Theme,
    User,
)
from compliance.proof.audit import rows, tables, trail
from compliance.proof.audit.columns import proven
from compliance.proof.audit.models import LIBRARY, PEOPLE
from compliance.proof.audit.transaction import writing
from compliance.work.proposals.actions import propose
from tests.support.event_types import BEGUN, THING_DONE

count = itertools.count(1)
PASSWORD = "correct horse battery"


def make_user(name="Ada Lindqvist", email=None):
    email = email or f"user{next(count)}@example.org"
    return User.objects.create_user(email, PASSWORD, name=name)


def make_organisation(name="Acme", slug=None):
    return Organisation.objects.create(name=name, slug=slug or f"org-{next(count)}")


def make_member(organisation, role, name="Con Tributor", email=None):
    """A user with a role; returns the user."""
    user = make_user(name, email)
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


def make_checklist(key=None, organisation=None):
    theme, _ = Theme.objects.get_or_create(key="privacy", defaults={"name": "Privacy", "position": 1})
    key = key or f"list-{next(count)}"
    return Checklist.objects.create(
        key=key, theme=theme, title="Privacy", summary="", organisation=organisation
    )


def make_provision(cite=None):
    instrument, _ = Instrument.objects.get_or_create(
        key="law", defaults={"name": "Law", "title": "The Law", "url": "https://e.eu"}
    )
    cite = cite or f"Law Art. {next(count)}"
    return Provision.objects.create(
        instrument=instrument,
        cite=cite,
        title="A duty",
        url="https://e.eu/1",
        applies_from=date(2018, 5, 25),
        status="in_force",
        position=next(count),
    )


def make_draft(questions=3, sections=1, number="2026.1", **fields):
    """An edition with sections of questions Q1, Q2, ...; and a fact ``data``."""
    checklist = fields.pop("checklist", None) or make_checklist()
    edition = Edition.objects.create(
        checklist=checklist,
        number=number,
        law_as_of=date(2026, 11, 24),
        release_notes="First edition.",
        subject_label="Name of the organisation",
        **fields,
    )
    Fact.objects.create(
        edition=edition,
        key="data",
        label="Data",
        text="Which data do you handle?",
        kind="several",
        position=1,
        choices=[
            {"key": "health", "label": "Health data", "help": ""},
            {"key": "children", "label": "Data of children", "help": ""},
        ],
    )
    parts = [
        Section(edition=edition, key=f"s{i}", title=f"Section {i}", position=i)
        for i in range(1, sections + 1)
    ]
    Section.objects.bulk_create(parts)
    Question.objects.bulk_create(
        make_question(edition, parts[(i - 1) * sections // questions], i) for i in range(1, questions + 1)
    )
    return edition


def make_relation(edition, key, other, other_key, **fields):
    """Joins a question of one edition's checklist to one of another's."""
    values = {
        "code": f"XW-{next(count):03}",
        "relation": "overlap",
        "words": "A way to meet this",
        "back": "This is a way to meet it",
        "reason": "Both need the list.",
    }
    return Relation.objects.create(
        a_checklist=edition.checklist,
        a_key=key,
        b_checklist=other.checklist,
        b_key=other_key,
        **(values | fields),
    )


def make_question(edition, section, position, **fields):
    """An unsaved question; ``fields`` override."""
    values = {
        "key": f"Q{position}",
        "title": f"Duty {position}",
        "text": f"Do you keep duty {position}?",
        "kind": "verdict",
        "weight": 3,
        "good": ["A list is kept."],
        "evidence_hints": ["List", "Log", "Minutes"],
    }
    return Question(edition=edition, section=section, position=position, **(values | fields))


def publish(edition):
    """Freeze an edition as it stands."""
    edition.status = "published"
    edition.published_at = timezone.now()
    edition.content_hash = secrets.token_hex(32)  # no other edition has it
    edition.save()
    return edition


def make_edition(questions=3, sections=1, **fields):
    return publish(make_draft(questions, sections, **fields))


def make_scaled_edition(read="lowest", levels=3, groups=None, **fields):
    """Three questions on a scale of SEAL-0 to SEAL-2, in two groups, and one duty.

    Q1 and Q2 offer all levels; Q3 offers SEAL-2 alone, so it counts for points only.
    """
    top = levels - 1
    groups = groups or [
        {"key": "keys", "title": "Keys", "weight": 60, "questions": ["Q1", "Q3"]},
        {"key": "place", "title": "Place", "weight": 40, "questions": ["Q2"]},
    ]
    scale = {
        "key": "seal",
        "name": "Sovereignty level",
        "read": read,
        "levels": [{"name": f"SEAL-{at}"} for at in range(levels)],
        "groups": groups,
    }
    edition = make_draft(4, scales=[scale], **fields)
    for question in edition.questions.exclude(key="Q4"):
        question.kind = "choice"
        question.save()
        offered = (top, top) if question.key == "Q3" else range(levels)
        Choice.objects.bulk_create(
            Choice(
                question=question,
                key=f"c{at}",
                label=f"Answer {at}",
                verdict="met" if level else "not_met",
                rating={"level": level, "points": 500 * at},
                position=at,
            )
            for at, level in enumerate(offered)
        )
    return publish(edition)


def make_assessment(organisation, by, edition=None, **fields):
    """A running assessment with an unanswered answer for each question."""
    values = {
        "subject": "Acme",
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "facts": {},
    }
    assessment = Assessment.objects.create(
        organisation=organisation,
        edition=edition or make_edition(),
        started_by=by,
        **(values | fields),
    )
    Answer.objects.bulk_create(
        Answer(assessment=assessment, question=question) for question in assessment.edition.questions.all()
    )
    return assessment


def make_link(organisation, by, title="Policy", **fields):
    """A link as evidence."""
    return Evidence.objects.create(
        organisation=organisation,
        title=title,
        url="https://intranet.example.org/policy",
        added_by=by,
        **fields,
    )


def attach(answer, evidence):
    return Attachment.objects.create(answer=answer, evidence=evidence)


def make_action(organisation, by, *answers, **fields):
    """An open action about some answers, with the organisation's next number."""
    number = organisation.actions.count() + 1
    values = {"title": "Write the list", "number": number}
    action = Action.objects.create(organisation=organisation, created_by=by, **(values | fields))
    for answer in answers:
        ActionLink.objects.create(action=action, answer=answer)
    return action


def make_proposal(answer, by, changes=None, *, name="Assistant", token=None, **more):
    """An open proposal by a token of that person, "Met" unless ``fields`` say otherwise."""
    if token is None:
        where = answer.assessment.organisation
        token, _ = make_token(by=by, organisation=where, name=name, scopes=["propose"], days=30)
    return propose(
        by=by,
        token=token,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        edition_id=answer.question.edition_id,
        version=more.pop("version", answer.version),
        changes=changes or {"verdict": "met"},
        **more,
    )


def begin_chains():
    """An event in each chain without one, as making its organisation or library leaves."""
    begun = {*Event.objects.values_list("organisation_id", flat=True)}
    with transaction.atomic():
        for subject in [*Organisation.objects.all(), Checklist(key="a")]:
            chain = LIBRARY if isinstance(subject, Checklist) else subject.pk
            if chain not in begun:
                action = BEGUN[subject._meta.model_name]
                trail.record(by=None, organisation_id=chain, action=action, subject=subject)
    recorded = tables.projected(PEOPLE)
    unrecorded = [
        row
        for model in (User, EmailAddress, Authenticator)
        for row in model.objects.all()
        if (model._meta.model_name, str(row.pk)) not in recorded
    ]
    if unrecorded:
        with writing():
            for row in unrecorded:
                rows.opened().of(PEOPLE).insert(row)
            subject = User.objects.first()
            trail.record_of_people(by=None, action=BEGUN["user"], subject=subject)


def happen(cast, count=1, by=None, action=THING_DONE, **after):
    """So many events of Acme, one after the other; the last of them."""
    for n in range(count):
        with transaction.atomic():
            event = trail.record(
                by=by or cast.ada,
                organisation_id=cast.acme.pk,
                action=action,
                subject=cast.acme,
                after={"n": n} | after,
            )
    return event


def take_into_trail(organisation=None):
    """An event with every row that stands so far and that the trail has not from its beginning.

    As if actions had made them; those of the library without an ``organisation``.
    """
    chain = organisation.pk if organisation else LIBRARY
    subject = organisation or Checklist(key="a")
    whole = {at for at, row in tables.projected(chain).items() if row.is_whole}
    with writing():
        changes = rows.opened().of(chain)
        for model in proven().values():
            for row in tables.rows_of(model, chain):
                if (model._meta.model_name, str(row.pk)) not in whole:
                    changes.insert(row)
        action = BEGUN[subject._meta.model_name]
        trail.record(by=None, organisation_id=chain, action=action, subject=subject)


CAST = {
    "ada": ("owner", "Ada Lindqvist"),
    "otto": ("officer", "Otto Weber"),
    "con": ("contributor", "Con Tributor"),
    "rev": ("reviewer", "Rev Iewer"),
    "rob": ("reader", "Rob Reader"),
    "aud": ("auditor", "Aud Itor"),
    "zoe": ("owner", "Zoe Elsewhere"),
}


def make_cast():
    """Ada owns Acme, Otto is officer, Con answers, Rev reviews, Rob reads; Zoe is elsewhere.

    Most tests begin with them, so they are written in as few statements as there are.
    """
    acme = make_organisation("Acme", "acme")
    other = make_organisation("Other", "other")
    password = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(email=f"{key}@example.org", name=name, password=password) for key, (_, name) in CAST.items()
    )
    Membership.objects.bulk_create(
        Membership(
            organisation=other if key == "zoe" else acme,
            user=user,
            role=CAST[key][0],
        )
        for key, user in zip(CAST, people, strict=True)
    )
    return SimpleNamespace(acme=acme, other=other, **dict(zip(CAST, people, strict=True)))


def make_clause(edition, *keys, identifier="A.5.9", framework="iso-27001", full=()):
    """A clause that answers to the questions of those keys help to show."""
    values = {"name": f"Framework {framework}", "note": "Numbers.", "position": 1}
    owner, _ = Framework.objects.get_or_create(key=framework, defaults=values)
    position = owner.clauses.count() + 1
    clause = owner.clauses.create(identifier=identifier, position=position)
    for key in keys:
        clause.mappings.create(checklist=edition.checklist, key=key, is_full=key in full)
    return clause
