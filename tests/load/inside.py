"""The app's own code for the load tests, run in a process with its settings.

``python -m tests.load.inside seed 60 1 16`` prints the doors of an organisation;
``... state ASSESSMENT`` prints every answer and event as they stand afterwards.
"""

import json
import os
import secrets
import sys
import time

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
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.assurance.answer_sheets import actions as sheet_actions  # noqa: E402
from compliance.assurance.answer_sheets import drafts  # noqa: E402
from compliance.models import Answer, Assessment, Membership, User  # noqa: E402
from compliance.proof.audit import trail, verification  # noqa: E402, verification
from compliance.proof.audit.models import Event  # noqa: E402
from compliance.work.assessments import actions  # noqa: E402
from tests.assurance.answer_sheets import making as sheets  # noqa: E402
from tests.support import factories  # noqa: E402

RULE = {"data": ["health"]}


def seed(questions, assessments, people):
    """Make an organisation with its assessments and signed-in people, and tables if there are none.

    Every second question applies to health data only.
    """
    if not connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    slug = f"load-{Assessment.objects.count()}"
    organisation = factories.make_organisation("Load", slug)
    staff = [make_editor(organisation, place) for place in range(people)]
    checklist = factories.make_checklist(slug)
    edition = factories.make_draft(questions, 5, checklist=checklist)
    edition.questions.filter(position__in=range(0, questions + 1, 2)).update(rule=RULE)
    factories.publish(edition)
    made = [
        factories.make_assessment(organisation, staff[0], edition, facts={"data": ["health"]})
        for _ in range(assessments)
    ]
    return {
        "assessment": str(made[0].pk),
        "path": made[0].get_absolute_url(),
        "sessions": [session_of(user) for user in staff],
        "answers": list(made[0].answers.order_by("pk").values_list("pk", flat=True)),
    }


def enter(slug):
    """The doors of an organisation that is there, for all its members."""
    assessment = Assessment.objects.filter(organisation__slug=slug).order_by("pk")[0]
    staff = User.objects.filter(memberships__organisation__slug=slug).order_by("pk")
    answers = assessment.answers.order_by("pk").values_list("pk", "version")
    return {
        "assessment": str(assessment.pk),
        "path": assessment.get_absolute_url(),
        "sessions": [session_of(user) for user in staff],
        "answers": [pk for pk, _ in answers],
        "bases": [version for _, version in answers],
    }


def make_editor(organisation, place):
    """A member who never signs in: hashing a password takes a quarter of a second."""
    email = f"editor{place}@{organisation.slug}.example.org"
    user = User.objects.create(email=email, name=f"Editor {place}", password="!")
    Membership.objects.create(organisation=organisation, user=user, role="officer")
    return user


def session_of(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def state(assessment_id):
    """Answers and events of one assessment, and whether chain and file are whole."""
    assessment = Assessment.objects.get(pk=assessment_id)
    fault = verification.verify(assessment.organisation_id)
    return {
        "answers": {
            answer.pk: {"note": answer.note, "version": answer.version} for answer in assessment.answers.all()
        },
        "applies": assessment.answers.applying().count(),
        "facts": assessment.facts,
        "events": [described(e) for e in Event.objects.filter(scope_id=assessment_id)],
        "fault": fault and f"{fault.seq} {fault.what}",
        "integrity": integrity(),
    }


def described(event):
    before, after = trail.changes(event)
    return {
        "action": event.action,
        "answer": int(event.subject_id) if event.subject_label == "answer" else None,
        "before": before,
        "after": after,
    }


def integrity():
    """The database's own check of its file; PostgreSQL has checksums for that."""
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA integrity_check").fetchone()[0]


def grow(assessment_id, assessments):
    """Many more assessments, answered, with an event each; the number of answers.

    The events stand in chains of other organisations, so that no chain is broken.
    """
    one = Assessment.objects.get(pk=assessment_id)
    rows = [
        Assessment(
            organisation=one.organisation,
            edition=one.edition,
            subject=f"Acme {place}",
            period_from=one.period_from,
            period_to=one.period_to,
            started_by=one.started_by,
        )
        for place in range(assessments)
    ]
    Assessment.objects.bulk_create(rows, batch_size=500)
    questions = list(one.edition.questions.values_list("pk", flat=True))
    for row in rows:
        with transaction.atomic():
            answers = [
                Answer(assessment=row, question_id=pk, verdict="met", note="Kept.") for pk in questions
            ]
            Answer.objects.bulk_create(answers)
            Event.objects.bulk_create(make_event(row.pk, place) for place, _ in enumerate(answers, 1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Answer.objects.count()


def make_event(assessment_id, seq):
    return Event(
        organisation_id=assessment_id,
        seq=seq,
        at=timezone.now(),
        action="answer.saved",
        subject_label="answer",
        subject_id=str(seq),
        scope_id=assessment_id,
        payload='{"after":{"note":"Kept."},"before":{"note":""},"version":1}',
    )


def facts(assessment_id, rounds):
    """Change the facts to and fro; the events must alternate without a gap."""
    assessment = Assessment.objects.get(pk=assessment_id)
    moved = []
    for place in range(rounds):
        chosen = {"data": [] if place % 2 == 0 else ["health"]}
        moved.append(actions.change_facts(by=assessment.started_by, assessment=assessment, facts=chosen))
    return moved


LOOKS = 30
"""How often somebody looks at a file again, since answers moved beside the preview."""


def take_sheets(assessment_id, rounds, answers):
    """Take that many files away and in again, each with new notes in some answers.

    It returns the notes that were kept, as text to answer and the text it was typed over;
    those that were refused, as text, answer and the text that stood there; and how often
    the base had moved.
    Each file that was taken in is a line on standard error.
    """
    assessment = Assessment.objects.get(pk=assessment_id)
    kept, refused, moved = {}, [], 0
    for place in range(rounds):
        draft = fill_in(assessment, place, answers)
        by = assessment.started_by
        for _ in range(LOOKS):
            plan = sheet_actions.preview_sheet(by=by, assessment=assessment, draft=draft)
            done = sheet_actions.take_in_sheet(
                by=by, assessment=assessment, draft=draft, picks=(), digest=plan.digest
            )
            moved += done.is_stale
            if not done.is_stale:
                break
        if done.seq is None:
            continue
        print(place, file=sys.stderr, flush=True)  # noqa: T201
        for entry in done.plan.entries:
            pk = entry.answer.pk
            kept |= {shown.after: (pk, shown.before) for shown in entry.changes}
            refused += [(shown.after, pk, shown.before) for shown in entry.conflicts]
    return {"kept": kept, "refused": refused, "moved": moved}


def fill_in(assessment, place, answers):
    """The draft of a file with a note of its own in some answers, in turn."""
    by = assessment.started_by
    content = sheet_actions.write_sheet(by=by, assessment=assessment)
    keys = list(assessment.answers.values_list("question__key", flat=True))
    first = place * answers % len(keys)
    text = secrets.token_hex(4)
    cells = {(key, "note"): f"{text} {key}" for key in keys[first : first + answers]}
    time.sleep(0.05)  # others type meanwhile
    draft_id = sheet_actions.read_sheet(
        by=by,
        assessment=assessment,
        file_name="filled.xlsx",
        chunks=[sheets.changed(content, cells)],
    )
    return drafts.find(user_id=by.pk, assessment_id=assessment.pk, draft_id=draft_id)


COMMANDS = {
    "seed": seed,
    "enter": enter,
    "state": state,
    "grow": grow,
    "facts": facts,
    "take_sheets": take_sheets,
}

if __name__ == "__main__":
    command, *given = sys.argv[1:]
    values = [int(text) if text.isdigit() else text for text in given]
    json.dump(COMMANDS[command](*values), sys.stdout, default=str)
