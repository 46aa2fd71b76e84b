"""An assessment at a glance: one light row per question, and what follows from them.

Pure but for ``read``: the tree, the strip, the filters and the counts all come from
the same rows, so that they cannot disagree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull

from compliance.content.applicability.essentials import essentials
from compliance.content.checklists.choices import Level
from compliance.content.checklists.force import rates
from compliance.content.checklists.rating import BELOW, counted_as
from compliance.content.evidence.models import Evidence
from compliance.ground.charts.shapes import Chart, Strip, bar, strip_in_blocks
from compliance.work.assessments.choices import OPEN, Filter, Verdict
from compliance.work.assessments.earlier_assessments import different
from compliance.work.assessments.models import Assessment, Attachment, Proposal
from compliance.work.assessments.scoring import Tally, tally
from compliance.work.law_changes.law import changed_under


@dataclass(frozen=True, slots=True)
class Row:
    """The part of an answer that lists and counts need."""

    id: int
    key: str
    title: str
    position: int
    section_id: int
    section_title: str
    section_position: int
    applies: bool
    binds_from: date | None
    verdict: str
    owner_id: int | None
    due_on: date | None
    has_evidence: bool
    has_expired: bool
    na_waits: bool
    again: str
    is_different: bool
    law_changed: bool
    rates: bool
    """Whether an answer rates and finds no breach: no law sets what is asked."""
    rests: bool
    """Whether another assessment answers it."""
    is_proposed: bool
    """Whether a program proposed an answer that waits for a person."""

    @property
    def counted(self) -> str:
        """The verdict as counts and colours take it."""
        return counted_as(self.verdict, rates=self.rates)

    @property
    def is_open(self) -> bool:
        """Whether it still wants an answer; "don't know" and "later" do."""
        return self.verdict in OPEN


@dataclass(frozen=True, slots=True)
class SectionView:
    """A line of the section tree."""

    id: int
    number: int
    title: str
    tally: Tally
    first_position: int
    rests: bool = False
    """Whether another assessment answers it."""

    @property
    def applies(self) -> bool:
        return bool(self.tally.total)

    @property
    def bar(self) -> Chart:
        """Its stacked bar in the tree."""
        return bar(self.tally.parts(), height=8)


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter with its count."""

    name: str
    label: str
    count: int

    @property
    def is_first(self) -> bool:
        """Whether it stands in the bar; the others are behind "More"."""
        return self.name in _FIRST


@dataclass(frozen=True)
class Overview:
    """All rows of one assessment, by position, as seen by one person on one day.

    ``changed`` are the answers that others changed since the person last looked,
    ``short_path`` the keys of the questions that an organisation like this begins with.
    Derived values are worked out on demand, and once.
    """

    rows: Sequence[Row]
    viewer_id: int
    today: date
    changed: frozenset[int] = frozenset()
    short_path: frozenset[str] = frozenset()

    @cached_property
    def applying(self) -> list[Row]:
        return [row for row in self.rows if row.applies]

    @cached_property
    def tally(self) -> Tally:
        """Counts of all that is asked for today."""
        return self.law + self.rated

    @cached_property
    def law(self) -> Tally:
        """Counts of the duties that bind today."""
        return _tally(r for r in self._now if not r.rates)

    @cached_property
    def rated(self) -> Tally:
        """Counts of the recommended questions that apply today: none is a breach."""
        return _tally(r for r in self._now if r.rates)

    @cached_property
    def _now(self) -> list[Row]:
        return [row for row in self.applying if not self.is_ahead(row)]

    @cached_property
    def ahead(self) -> Tally:
        """Counts of the duties that bind only later: preparation, scored apart."""
        return _tally(r for r in self.applying if self.is_ahead(r))

    @cached_property
    def to_confirm(self) -> int:
        """How many "not applicable" wait for a second person."""
        return len(self.matching(Filter.TO_CONFIRM))

    @cached_property
    def amended(self) -> frozenset[int]:
        """The answers under whose questions the law changed."""
        return frozenset(row.id for row in self.matching(Filter.LAW))

    @cached_property
    def essential(self) -> list[Row]:
        """Questions with which an organisation like this begins; none where it has no
        short path.
        """
        return self.matching(Filter.ESSENTIALS)

    @cached_property
    def beyond(self) -> int:
        """How many questions apply beside the essential ones."""
        return len(self.applying) - len(self.essential)

    @cached_property
    def binding_beyond(self) -> int:
        """How many of those are duties of law."""
        chosen = {row.id for row in self.essential}
        return sum(row.id not in chosen and not row.rates for row in self.applying)

    @cached_property
    def again(self) -> int:
        """How many answers ask to be confirmed again."""
        return len(self.matching(Filter.AGAIN))

    def is_ahead(self, row: Row) -> bool:
        return row.binds_from is not None and row.binds_from > self.today

    @cached_property
    def sections(self) -> list[SectionView]:
        return [_section(list(rows)) for _, rows in groupby(self.rows, key=lambda row: row.section_id)]

    @cached_property
    def strip(self) -> Strip:
        """The answer strip: one bar for each question that applies."""
        return strip_in_blocks([row.counted for row in self.applying])

    def matching(self, name: str) -> list[Row]:
        """The rows that a filter shows."""
        test = _TESTS[name]
        return [row for row in self.rows if test(self, row)]

    @cached_property
    def filters(self) -> list[FilterView]:
        """Every filter with its count; those that would show nothing only if asked."""
        return [FilterView(value, label, len(self.matching(value))) for value, label in Filter.choices]


def _tally(rows: Iterable[Row]) -> Tally:
    return tally((row.counted, 1) for row in rows)


def _section(rows: list[Row]) -> SectionView:
    first = rows[0]
    return SectionView(
        id=first.section_id,
        number=first.section_position,
        title=first.section_title,
        tally=_tally(row for row in rows if row.applies),
        first_position=first.position,
        rests=first.rests,
    )


_FIRST = {
    Filter.ALL,
    Filter.ESSENTIALS,
    Filter.UNANSWERED,
    Filter.MINE,
    Filter.NOT_MET,
    Filter.NO_EVIDENCE,
    Filter.PROPOSED,
    Filter.CHANGED,
}

_TESTS: dict[str, Callable[[Overview, Row], bool]] = {
    Filter.ALL: lambda view, row: row.applies,
    Filter.ESSENTIALS: lambda view, row: row.applies and row.key in view.short_path,
    Filter.UNANSWERED: lambda view, row: row.applies and row.verdict == Verdict.UNANSWERED,
    Filter.MINE: lambda view, row: row.applies and row.owner_id == view.viewer_id,
    Filter.NOT_MET: lambda view, row: row.applies and row.counted == Verdict.NOT_MET,
    Filter.BELOW: lambda view, row: row.applies and row.counted == BELOW,
    Filter.NO_EVIDENCE: lambda view, row: (
        row.applies and row.verdict in {Verdict.MET, Verdict.PARTLY} and not row.has_evidence
    ),
    Filter.PROPOSED: lambda view, row: row.applies and row.is_proposed,
    Filter.EXPIRED: lambda view, row: row.applies and row.has_expired,
    Filter.OVERDUE: lambda view, row: (
        row.applies
        and row.due_on is not None
        and row.due_on < view.today
        and row.verdict not in {Verdict.MET, Verdict.NA}
    ),
    Filter.DONT_KNOW: lambda view, row: row.applies and row.verdict == Verdict.DONT_KNOW,
    Filter.LATER: lambda view, row: row.applies and row.verdict == Verdict.LATER,
    Filter.TO_CONFIRM: lambda view, row: row.applies and row.na_waits,
    Filter.AGAIN: lambda view, row: row.applies and bool(row.again),
    Filter.CHANGED: lambda view, row: row.applies and row.id in view.changed,
    Filter.DIFFERENT: lambda view, row: row.applies and row.is_different,
    Filter.LAW: lambda view, row: row.applies and row.law_changed,
    Filter.AHEAD: lambda view, row: row.applies and view.is_ahead(row),
    Filter.ELSEWHERE: lambda view, row: row.rests,
    Filter.NOT_APPLYING: lambda view, row: not row.applies,
}

_COLUMNS = (
    "id",
    "question__key",
    "question__title",
    "question__position",
    "question__section_id",
    "question__section__title",
    "question__section__position",
    "applies",
    "binds_from",
    "verdict",
    "owner_id",
    "due_on",
    "has_evidence",
    "has_expired",
    "is_waiting",
    "again",
    "is_different",
    "law_changed",
    "rates",
    "waits",
    "is_proposed",
)


def read(
    assessment: Assessment,
    viewer_id: int,
    today: date,
    *,
    changed: frozenset[int] = frozenset(),
    compares: bool = False,
) -> Overview:
    """The overview, in one query.

    With ``compares`` it says what differs from the assessment that this one was carried
    over from.
    """
    attached = Attachment.objects.filter(answer=OuterRef("pk"))
    # Not by a join, or without statistics PostgreSQL begins with the evidence of everybody.
    ends = Evidence.objects.filter(pk=OuterRef("evidence")).values("expires_on")
    expired = attached.annotate(ends=Subquery(ends)).filter(ends__lt=today)
    differs: Combinable = Value(False, BooleanField())
    if compares and assessment.carried_from_id:
        differs = Exists(different(assessment).filter(pk=OuterRef("pk")))
    law_changed: Combinable = Value(False, BooleanField())
    if assessment.is_open and assessment.edition.published_at:
        law_changed = changed_under(assessment)
    rests: Combinable = Value(False, BooleanField())
    if assessment.rests:
        once = Q(question__section__level=Level.ORGANISATION)
        rests = ExpressionWrapper(once, BooleanField())
    is_proposed: Combinable = Value(False, BooleanField())
    if assessment.is_talked_about:
        proposed = Proposal.objects.open().filter(answer=OuterRef("pk"))
        is_proposed = _is_there(proposed)
    rows = (
        assessment.answers.annotate(
            has_evidence=_is_there(attached),
            has_expired=_is_there(expired),
            is_waiting=ExpressionWrapper(Q(na_by__isnull=False, na_confirmed_by=None), BooleanField()),
            is_different=differs,
            law_changed=law_changed,
            rates=rates([assessment.edition]),
            waits=rests,
            is_proposed=is_proposed,
        )
        .order_by("question__position")
        .values_list(*_COLUMNS)
    )
    short_path = essentials(assessment.edition.essentials, assessment.facts)
    return Overview([Row(*row) for row in rows], viewer_id, today, changed, short_path)


def _is_there(rows: QuerySet[Any]) -> IsNull:
    """Whether an answer has one of such rows, found by the answer.

    For EXISTS PostgreSQL may read those of all organisations and look each answer up in them.
    """
    return IsNull(Subquery(rows.values("pk")[:1]), False)
