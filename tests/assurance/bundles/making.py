"""Bundles for tests: an assessment with something of everything, out and in again."""

import io
from contextlib import contextmanager
from datetime import date, timedelta
from tempfile import TemporaryFile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from compliance.assurance.bundles import bundle_export, import_plan
from compliance.assurance.bundles.bundle_import import bring_in
from compliance.assurance.bundles.process import opened
from compliance.content.checklists.actions import store_checklist
from compliance.content.evidence import actions as evidence
from compliance.models import Answer, Theme
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments import actions
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.content.evidence.samples import PDF
from tests.support.documents import document, question
from tests.support.factories import attach, make_action, make_assessment, make_link

FACT = {
    "key": "data",
    "label": "Data",
    "text": "Which data do you handle?",
    "help": "",
    "kind": "several",
    "choices": [
        {"key": "health", "label": "Health data", "help": ""},
        {"key": "children", "label": "Data of children", "help": ""},
    ],
}
YEAR = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}


def publish(*keys, number="2026.1", checklist="moved", organisation=None):
    """A published edition of questions with those keys, of every kind in turn."""
    asked = [question(key, rule={"data": "health"} if key == "Q9" else None) for key in keys]
    found = document(asked, number=number, checklist=checklist, facts=[FACT])
    return stored(found, organisation)


def stored(found, organisation=None):
    """The published edition of a document."""
    Theme.objects.get_or_create(key="t", defaults={"name": "Themes", "position": 1})
    edition, _ = store_checklist(
        by=None,
        theme="t",
        title="What moves",
        summary="",
        document=found,
        organisation=organisation,
    )
    return edition


def make_everything(cast, *, own=True):
    """A running assessment with evidence, talk, actions, N/A by two, and an archive."""
    organisation = cast.acme if own else None
    first = publish("Q1", "Q2", "Q3", "Q4", "Q9", organisation=organisation)
    earlier = make_assessment(cast.acme, cast.ada, first, subject="Acme 2025")
    earlier.answers.filter(question__key="Q2").update(verdict="partly", note="Then.")
    link = make_link(cast.acme, cast.con, covers_from=YEAR["period_from"])
    attach(earlier.answers.get(question__key="Q1"), link)
    other = make_assessment(cast.acme, cast.ada, publish("R1", checklist="other"))
    found = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=first,
        subject="Acme <b>& Sons",
        facts={"data": ["health"]},
        earlier=earlier,
        due_on=date(2026, 12, 1),
        **YEAR,
    )
    rows = {a.question.key: a for a in found.answers.select_related("question")}
    say(rows["Q1"], cast.con, verdict="met", note="  Kept since May.\n= yes")
    say(rows["Q3"], cast.con, verdict="na", reason="No such data.", na_by=cast.con)
    at = timezone.now()
    put(
        rows["Q3"],
        cast.rev,
        "answer.na_confirmed",
        {"at": at.isoformat(), "reason_of": cast.con.pk},
        na_confirmed_by=cast.rev,
        na_confirmed_at=at,
    )
    say(rows["Q4"], cast.otto, verdict="not_met", note="Gone soon.", owner=cast.con)
    source = other.answers.get()
    taken = {"taken_from": source, "taken_version": 0, "taken_at": timezone.now()}
    met = {"verdict": "met"}
    put(rows["Q9"], None, "answer.taken_over", met, **met, **taken)
    file = evidence.add_file(
        by=cast.con,
        organisation=cast.acme,
        upload=SimpleUploadedFile("policy.pdf", PDF),
        document_on=date(2026, 2, 3),
        expires_on=date(2027, 2, 3),
    )
    actions.attach(by=cast.con, answer=rows["Q1"], evidence=file)
    actions.attach(by=cast.con, answer=rows["Q4"], evidence=file)
    if link not in {one.evidence for one in rows["Q1"].attachments.all()}:
        actions.attach(by=cast.con, answer=rows["Q1"], evidence=link)
    discussion.comment(by=cast.rev, answer=rows["Q1"], text="@[Con Tributor] why “May”? 日本")
    said = discussion.comment(by=cast.con, answer=rows["Q2"], text="Done")
    discussion.resolve(by=cast.rev, answer=rows["Q2"], comment=said)
    make_actions(cast, rows)
    second = publish("Q1", "Q2", "Q3", "Q9", "Q10", number="2026.2", organisation=organisation)
    edition_moves.upgrade(by=cast.otto, assessment=found, to=second, decisions={})
    return type(found).objects.get(pk=found.pk)


def make_actions(cast, rows):
    make_action(cast.acme, cast.otto, rows["Q2"], rows["Q4"], owner=cast.con)
    due = date(2026, 6, 1)
    make_action(cast.acme, cast.otto, rows["Q1"], due_on=due, effort_days="2.5")


def say(answer, by, **fields):
    """Save as a person would, below the program but with its event and rows."""
    at = timezone.now() - timedelta(days=1)
    said = {"answered_by": by, "answered_at": at} if "verdict" in fields else {}
    recorded = {n: v for n, v in fields.items() if n not in {"na_by", "owner"}}
    recorded |= {"owner_id": fields["owner"].pk} if "owner" in fields else {}
    recorded |= {"answered_by_id": by.pk, "answered_at": at.isoformat()} if said else {}
    columns = {"changed_by": by, "changed_at": at, "version": 2} | said | fields
    put(answer, by, "answer.saved", recorded | {"version": 2}, **columns)


def put(answer, by, action, after, **columns):
    """Columns of an answer below the actions, with their event."""
    with writing():
        Answer.objects.filter(pk=answer.pk).update(**columns)
        trail.record(
            by=by,
            organisation_id=answer.assessment.organisation_id,
            action=action,
            subject=answer,
            scope_id=answer.assessment_id,
            after=after,
        )


def bundle_of(assessment):
    """The bytes of its bundle."""
    out = io.BytesIO()
    bundle_export.write(bundle_export.read(assessment.pk), out)
    return out.getvalue()


@contextmanager
def reading(content):
    """The bundle in some bytes, open."""
    with as_file(content) as file, opened(file) as bundle:
        yield bundle


@contextmanager
def as_file(content):
    """A file on the disk, as a process needs one, gone afterwards."""
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file


def brought_in(content, organisation, by=None, **more):
    """The assessment that a bundle becomes."""
    with reading(content) as bundle:
        return bring_in(by=by, organisation=organisation, bundle=bundle, **more)


def write_elsewhere(monkeypatch):
    """Let every bundle be one that another installation wrote."""
    monkeypatch.setattr(import_plan, "written_here", lambda bundle: None)


def hash_of(assessment):
    return content_of(to_read(assessment.pk)).content_hash
