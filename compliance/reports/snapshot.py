"""Reading an assessment for its report: once, in a constant number of queries."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from compliance.assessments.applying import Scope
from compliance.assessments.carrying import told_earlier
from compliance.assessments.lines import told_value
from compliance.assessments.models import Answer, Assessment, Comment
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.evidence.models import Evidence
from compliance.reports.content import Content, Entry, Line, Paper, Proof, Remark, Task
from compliance.reports.content import Section as Part
from compliance.reports.remedies import tasks_of, with_actions
from compliance.reports.since import Before, before, then
from compliance.reports.telling import told

LONGEST_TRAIL = 5000
"""Entries of the trail that are printed; the newest, and the report says so."""


def read(assessment_id: UUID, number: int) -> Paper:
    """The report of an assessment as it stands now."""
    with _one_moment():
        assessment = Assessment.objects.select_related(
            "organisation", "edition__checklist__theme", "carried_from__edition"
        ).get(pk=assessment_id)
        content = _content(assessment)
        moved = _moved(assessment)
        entries, count = _trail(assessment)
        seq, head = trail.head_of(assessment.organisation_id)
        now = timezone.localtime()
    return Paper(
        number=number,
        read_at=now,
        zone=settings.TIME_ZONE,
        content=content,
        trail=entries,
        trail_count=count,
        head_seq=seq,
        head_hash=head,
        version=program_version(),
        moved=moved,
    )


@cache
def program_version() -> str:
    """The version of Attest, from the one place that has it."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


@contextmanager
def _one_moment() -> Iterator[None]:
    """Every query inside sees the same state of the database."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _content(assessment: Assessment) -> Content:
    edition = assessment.edition
    scope = Scope(edition, assessment.facts)
    everything = list(
        Answer.everything.filter(assessment=assessment)
        .for_page()
        .select_related(
            "taken_from__question", "taken_from__assessment__edition__checklist"
        )
        .prefetch_related(
            models.Prefetch(
                "comments", Comment.objects.select_related("author").order_by("pk")
            ),
            with_actions(),
        )
    )
    answers = [answer for answer in everything if answer.archived_at is None]
    archived = [answer for answer in everything if answer.is_kept]
    proofs = _proofs([*answers, *archived])
    tasks = tasks_of([*answers, *archived])
    earlier = before(assessment.carried_from)
    return Content(
        organisation=assessment.organisation.name,
        theme=edition.checklist.theme.name,
        checklist=edition.checklist.title,
        edition=edition.number,
        edition_hash=edition.content_hash,
        law_as_of=edition.law_as_of,
        subject=assessment.subject,
        period_from=assessment.period_from,
        period_to=assessment.period_to,
        facts=tuple(scope.told()),
        sections=tuple(
            Part(
                number=section.position,
                title=section.title,
                lines=tuple(
                    _line(answer, scope, proofs, tasks, earlier) for answer in group
                ),
            )
            for section, group in groupby(answers, key=lambda a: a.question.section)
        ),
        proofs=tuple(proofs.values()),
        tasks=tuple(tasks.values()),
        carried_from=told_earlier(assessment.carried_from)
        if assessment.carried_from
        else "",
        archived=tuple(_line(one, scope, proofs, tasks, None) for one in archived),
    )


def _proofs(answers: Sequence[Answer]) -> dict[UUID, Proof]:
    """Evidence by id, numbered in the order of its first use."""
    used: dict[UUID, list[str]] = {}
    rows: dict[UUID, Evidence] = {}
    for answer in answers:
        for attachment in answer.attachments.all():
            rows[attachment.evidence_id] = attachment.evidence
            used.setdefault(attachment.evidence_id, []).append(answer.question.key)
    return {
        pk: _proof(number, row, tuple(used[pk]))
        for number, (pk, row) in enumerate(rows.items(), start=1)
    }


def _proof(number: int, row: Evidence, used_in: tuple[str, ...]) -> Proof:
    return Proof(
        number=number,
        title=row.title,
        file_name=row.file_name,
        url=row.url,
        size_bytes=row.size_bytes,
        document_on=row.document_on,
        covers_from=row.covers_from,
        covers_to=row.covers_to,
        received_at=row.added_at,
        expires_on=row.expires_on,
        sha256=row.sha256,
        used_in=used_in,
    )


def _line(
    answer: Answer,
    scope: Scope,
    proofs: dict[UUID, Proof],
    tasks: dict[int, Task],
    earlier: Before | None,
) -> Line:
    question = answer.question
    return Line(
        key=question.key,
        title=question.title,
        text=question.text,
        cites=getattr(answer, "cites", ""),
        weight=question.weight,
        applies=answer.applies,
        applicability=scope.of(question).reason,
        binds_from=answer.binds_from,
        verdict=answer.verdict,
        value=told_value(answer),
        note=answer.note,
        reason=answer.reason,
        owner=str(answer.owner) if answer.owner else "",
        due_on=answer.due_on,
        changed_by=str(answer.changed_by) if answer.changed_by else "",
        changed_at=answer.changed_at,
        proofs=tuple(proofs[a.evidence_id] for a in answer.attachments.all()),
        remarks=tuple(
            Remark(str(said.author), said.written_at, said.text)
            for said in answer.comments.all()
        ),
        later_until=answer.later_until,
        na_by=str(answer.na_by or ""),
        na_confirmed_by=str(answer.na_confirmed_by or ""),
        na_confirmed_at=answer.na_confirmed_at,
        again=answer.again,
        taken_from=_source(answer),
        then=then(answer, earlier),
        tasks=tuple(tasks[link.action_id] for link in answer.action_links.all()),
    )


def _source(answer: Answer) -> str:
    """The related answer that it was taken over from, in words."""
    if answer.taken_from is None:
        return ""
    source = answer.taken_from
    title = source.assessment.edition.checklist.title
    return f"{source.question.key}, {title}, {source.assessment.subject}"


def _moved(assessment: Assessment) -> frozenset[str]:
    """Keys of answers taken over from one that has changed since.

    What moves elsewhere is no part of the content: its hash stays.
    """
    taken = assessment.answers.applying().filter(taken_from__isnull=False)
    moved = taken.exclude(taken_from__version=models.F("taken_version"))
    return frozenset(moved.values_list("question__key", flat=True))


def _trail(assessment: Assessment) -> tuple[tuple[Entry, ...], int]:
    """The newest entries, newest first, and how many there are."""
    events = Event.objects.filter(
        organisation_id=assessment.organisation_id, scope_id=assessment.pk
    )
    rows = Answer.everything.filter(assessment=assessment).order_by()
    keys = dict(rows.values_list("pk", "question__key").iterator())
    newest = events.select_related("actor").order_by("-seq")[:LONGEST_TRAIL]
    return tuple(_entry(event, keys) for event in newest), events.count()


def _entry(event: Event, keys: dict[int, str]) -> Entry:
    before, after = trail.changes(event)
    key = ""
    if event.subject_label == "answer" and event.subject_id.isdigit():
        key = keys.get(int(event.subject_id), "")
    return Entry(
        seq=event.seq,
        at=event.at,
        who=str(event.actor) if event.actor else "Attest",
        what=told(event.action, before, after, key),
        hash=event.hash,
    )
