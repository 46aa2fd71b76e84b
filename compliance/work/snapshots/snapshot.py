"""Reading what an assessment says: once, in a constant number of queries."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Prefetch, prefetch_related_objects

from compliance.content.checklists.models import Choice, Question
from compliance.content.evidence.models import Evidence
from compliance.work.assessments.answer_fields import ANSWER_FIELDS, HASHED, Kind
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.detail_fields import MORE
from compliance.work.assessments.models import (
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
)
from compliance.work.assessments.scoring import CHOSEN
from compliance.work.assessments.stand_ins import StandIn, not_asked
from compliance.work.snapshots.at_hand import hang, join_people
from compliance.work.snapshots.content import Content, Line, Proof, Remark, Task
from compliance.work.snapshots.content import Section as Part
from compliance.work.snapshots.imported_facts import Stated
from compliance.work.snapshots.previous_assessment import Before, then
from compliance.work.snapshots.remedies import tasks_of, with_actions
from compliance.work.snapshots.resting import Elsewhere, elsewhere
from compliance.work.workspace.lines import answered_in_words

PEOPLE = tuple(field.name for field in ANSWER_FIELDS if field.kind == Kind.PERSON)
"""Columns of an answer that name people whom its content names."""


def sources() -> Prefetch[Any]:
    """Answers that others were taken over from, with all that is shown of them."""
    rows = Answer.everything.select_related("question", "assessment__edition__checklist")
    return Prefetch("taken_from", rows)


@contextmanager
def one_moment() -> Iterator[None]:
    """Every query inside sees the same state of the database, and nobody waits for it.

    Only for reading: on SQLite it takes no part in the one lock that writers have.
    """
    is_outermost = not connection.in_atomic_block
    with _taking_no_lock(), transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def _taking_no_lock() -> Iterator[None]:
    """Transactions that begin inside do so without the lock of SQLite's writers."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    kept = getattr(wrapper, "transaction_mode", None)
    wrapper.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        wrapper.transaction_mode = kept


def to_read(assessment_id: UUID) -> Assessment:
    """An assessment with the rows beside it that ``content_of`` names."""
    return Assessment.objects.select_related(
        "organisation",
        "edition__checklist__theme",
        "carried_from__edition",
        "rests_on__edition__checklist",
        "rests_on__organisation",
        "brought_from",
    ).get(pk=assessment_id)


@dataclass(frozen=True, slots=True)
class Beside:
    """Things beside the lines: rules, names, and rows that hang on answers, by id."""

    scope: Scope
    stated: Stated
    proofs: dict[UUID, Proof]
    tasks: dict[int, Task]


@dataclass
class Rows:
    """The rows that ``content_of_rows`` puts into words.

    ``answers`` have their evidence, comments and actions at hand; archived ones are
    among them. ``earlier`` is what the assessment before it said, ``elsewhere`` what the
    one says on which it rests.
    """

    assessment: Assessment
    answers: list[Answer]
    earlier: Before | None
    elsewhere: Elsewhere | None


def content_of(assessment: Assessment) -> Content:
    """Everything an assessment from ``to_read`` says now; see ``one_moment``."""
    return content_of_rows(rows_now(assessment))


def rows_now(assessment: Assessment) -> Rows:
    """The rows of an assessment from ``to_read``, in a constant number of queries."""
    rows = Answer.everything.filter(assessment=assessment).with_cites()
    answers = list(rows.select_related("question__section").order_by("question__position", "pk"))
    join_people(answers, PEOPLE)
    prefetch_related_objects(answers, sources())
    for name, found in (
        ("attachments", Attachment.objects.select_related("evidence")),
        ("comments", Comment.objects.select_related("author")),
        ("action_links", ActionLink.objects.select_related("action__owner")),
    ):
        own: Any = found.filter(answer__assessment=assessment).order_by("pk")
        hang(answers, name, "answer_id", own)
    _hang_choices([answer.question for answer in answers])
    before = Stated(assessment).before()
    return Rows(assessment, answers, before, elsewhere(assessment))


def _hang_choices(questions: Sequence[Question]) -> None:
    """The choices of those that are answered by one, or some: a query only if any is."""
    editions = {one.edition_id for one in questions if one.kind in CHOSEN}
    found = Choice.objects.filter(question__edition__in=editions)
    hang(questions, "choices", "question_id", found)


def content_of_rows(rows: Rows) -> Content:
    """The content of those rows."""
    assessment, edition = rows.assessment, rows.assessment.edition
    scope, stated = Scope.of_assessment(assessment), Stated(assessment)
    answers = [answer for answer in rows.answers if answer.archived_at is None]
    archived = [answer for answer in rows.answers if answer.is_kept]
    kept = [*answers, *archived]
    beside = Beside(scope, stated, _proofs(kept), tasks_of(kept, stated))
    return Content(
        organisation=stated.organisation,
        theme=stated.theme,
        checklist=stated.checklist,
        edition=edition.number,
        edition_hash=edition.content_hash,
        law_as_of=edition.law_as_of,
        subject=assessment.subject,
        period_from=assessment.period_from,
        period_to=assessment.period_to,
        facts=tuple(scope.facts_in_words()),
        sections=tuple(
            Part(
                number=section.position,
                title=section.title,
                lines=tuple(_line(answer, beside, rows) for answer in group),
            )
            for section, group in groupby(answers, key=lambda a: a.question.section)
        ),
        proofs=tuple(beside.proofs.values()),
        tasks=tuple(beside.tasks.values()),
        carried_from=stated.carried_from,
        archived=tuple(_line(one, beside, None) for one in archived),
        rests_on=rows.elsewhere.head if rows.elsewhere else None,
        more=tuple(
            (column, words)
            for column, field in MORE.items()
            if field.hashed and (words := field.words(getattr(assessment, column)))
        ),
    )


def line_of(assessment: Assessment, answer_id: int) -> Line:
    """One answer of an assessment from ``to_read``, as ``content_of`` has it.

    Parts that depend on other lines are left out: numbers, and the earlier answer.
    Raises ``Answer.DoesNotExist`` for a foreign id.
    """
    rows = Answer.objects.filter(assessment=assessment).for_page()
    answer = rows.prefetch_related("comments__author", with_actions()).get(pk=answer_id)
    scope, stated = Scope.of_assessment(assessment), Stated(assessment)
    beside = Beside(scope, stated, _proofs([answer]), tasks_of([answer], stated))
    return _line(answer, beside, None)


def _proofs(answers: Sequence[Answer]) -> dict[UUID, Proof]:
    """Evidence by id, numbered in the order of its first use."""
    used: dict[UUID, list[str]] = {}
    rows: dict[UUID, Evidence] = {}
    for answer in answers:
        for attachment in answer.attachments.all():
            rows[attachment.evidence_id] = attachment.evidence
            used.setdefault(attachment.evidence_id, []).append(answer.question.key)
    return {
        pk: _proof(number, row, tuple(used[pk])) for number, (pk, row) in enumerate(rows.items(), start=1)
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


def _line(answer: Answer, beside: Beside, rows: Rows | None) -> Line:
    question, stated = answer.question, beside.stated
    about = [beside.tasks[link.action_id] for link in answer.action_links.all()]
    return Line(
        key=question.key,
        title=question.title,
        text=question.text,
        cites=getattr(answer, "cites", ""),
        weight=question.weight,
        applicability=beside.scope.of(question).reason,
        proofs=tuple(beside.proofs[a.evidence_id] for a in answer.attachments.all()),
        remarks=tuple(
            Remark(stated.name(said.author), said.written_at, said.text) for said in answer.comments.all()
        ),
        then=then(answer, rows.earlier if rows else None),
        tasks=tuple(sorted(about, key=lambda task: task.number)),
        stands_in=_stands_in(answer, beside.scope, rows),
        **_said(answer, stated),
    )


def _stands_in(answer: Answer, scope: Scope, rows: Rows | None) -> StandIn | None:
    """The answer of the assessment that this one rests on, for what is not asked here."""
    if rows is None or rows.elsewhere is None:
        return None
    if answer.question.section_id not in scope.elsewhere:
        return None
    return rows.elsewhere.answers.get(answer.question.key) or not_asked()


_NAMED = {one.name for one in fields(Line)}


def _said(answer: Answer, stated: Stated) -> dict[str, Any]:
    """Fields of an answer, by the names that ``Line`` has for them."""
    said: dict[str, Any] = {}
    more = []
    for field in HASHED:
        value = getattr(answer, field.name)
        if field.kind == Kind.PERSON:
            value = stated.name(value)
        elif field.kind == Kind.ANSWER:
            value = stated.taken(answer)
        elif field.kind == Kind.VALUE:
            value = answered_in_words(answer)
        if field.name in _NAMED:
            said[field.name] = value
        elif words := field.words(value):
            more.append((field.column, words))
    return said | {"more": tuple(more)}
