"""Month ends of an assessment from its trail: the fold of its events until each of them.

Evidence is left out: a trend shows verdicts and levels. Targets are those of today.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.utils import timezone

from compliance.content.checklists.force import marks_of
from compliance.content.checklists.models import Edition, Question
from compliance.content.checklists.scales import scales_of
from compliance.content.legal_index.choices import Force
from compliance.content.legal_index.models import Instrument
from compliance.proof.audit import trail
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.columns import row_of
from compliance.proof.audit.models import Event
from compliance.proof.audit.projection import Rows, project
from compliance.proof.audit.transaction import writing
from compliance.reporting.results.law import RULES, law_result
from compliance.reporting.results.levels import scale_result
from compliance.reporting.results.models import MonthEnd
from compliance.reporting.results.points import SHAPE, Point, read_back, scale_point, written
from compliance.reporting.results.queries import ASKED, divided, offered_in, rating_keys
from compliance.work.assessments.models import Answer, Assessment

MONTHS = 12
OPEN_FOR = timedelta(minutes=10)
"""So long after its end a month may still get events, of transactions that were open then."""


def month_ends(today: date, count: int = MONTHS) -> list[date]:
    """The last days of the months before this one, the oldest first."""
    found, first = [], today.replace(day=1)
    for _ in range(count):
        last = first - timedelta(days=1)
        found.append(last)
        first = last.replace(day=1)
    return found[::-1]


def rules() -> str:
    """The rules of counting, the fields that are kept, and the sources that do not bind.

    One query. An instrument that gets another force changes what past months counted.
    """
    beside = Instrument.objects.exclude(force=Force.LAW).order_by("key")
    sources = digest(canonical(list(beside.values_list("key", flat=True))))
    return f"{RULES} {SHAPE} {sources[:16]}"


def trends(assessments: Iterable[Assessment], today: date) -> dict[UUID, dict[date, Point]]:
    """The points of some assessments at the ends of the last months, since each began here.

    Two queries; some more for each assessment with a month that nobody counted yet.
    """
    rows = {one.pk: one for one in assessments}
    months, how = month_ends(today), rules()  # before what is counted by them
    rows_kept = MonthEnd.objects.filter(assessment__in=list(rows), month__in=months, rules=how)
    kept = {(one.assessment_id, one.month): read_back(one.figures) for one in rows_kept}
    fresh, settled = [], timezone.now() - OPEN_FOR
    for pk, row in rows.items():
        began = timezone.localdate(row.started_at)
        missing = [m for m in months if m >= began and (pk, m) not in kept]
        points = counted(row, missing)
        for month in missing:
            kept[pk, month] = point = points.get(month)
            if _after(month) <= settled:
                figures = written(point)
                fresh.append(MonthEnd(assessment=row, month=month, rules=how, figures=figures))
    _keep(fresh)
    return {pk: {m: point for m in months if (point := kept.get((pk, m)))} for pk in rows}


def rebuild(today: date) -> None:
    """Count the last months of every assessment again, by the law of today."""
    everyone = Assessment.objects.select_related("edition")
    for chain in everyone.order_by().values_list("organisation", flat=True).distinct():
        with writing():
            MonthEnd.objects.filter(assessment__organisation=chain).delete()
        for one in everyone.filter(organisation=chain):
            trends([one], today)


def counted(assessment: Assessment, months: Iterable[date]) -> dict[date, Point]:
    """The points of an assessment at some month ends, from its events."""
    months = sorted(months)
    if not months:
        return {}
    events = Event.objects.filter(
        organisation_id=assessment.organisation_id, scope_id=assessment.pk
    ).order_by("seq")
    moments = list(events.values_list("at", "seq"))
    # sorted also where a clock went back: the first moment from each event on
    firsts = list(accumulate((at for at, _ in reversed(moments)), min))[::-1]
    ends = [bisect_left(firsts, _after(month)) for month in months]
    until = [moments[end - 1][1] if end else 0 for end in ends]
    states = dict(zip(months, _states(events, until), strict=True))
    ids = {one.question_id for some in states.values() for one in some}
    editions = dict(Question.objects.filter(pk__in=ids).order_by().values_list("pk", "edition"))
    asked = {one.pk: _EditionQuestions(one) for one in Edition.objects.filter(pk__in=set(editions.values()))}
    return {
        month: asked[editions[answers[0].question_id]].point(answers, month)
        for month, answers in states.items()
        if answers
    }


def _after(month: date) -> datetime:
    """The first moment after a day, in the time zone of the installation."""
    return timezone.make_aware(datetime.combine(month + timedelta(days=1), time.min))


def _states(events: Any, until: list[int]) -> Iterator[list[Answer]]:
    """The answers right after each of some events; what does not apply is left out."""
    rows: Rows = {}
    holding = trail.holding_rows(events.filter(seq__lte=until[-1]))
    waiting = next(holding, None)
    for seq in until:
        while waiting and waiting.seq <= seq:
            project([waiting], rows)
            waiting = next(holding, None)
        yield [
            answer
            for (table, pk), row in rows.items()
            if table == "answer" and row.is_whole
            for answer in [row_of(Answer, pk, row.values)]
            if answer.applies and answer.archived_at is None
        ]


class _EditionQuestions:
    """The questions of one edition, with what it takes to count answers to them."""

    def __init__(self, edition: Edition) -> None:
        columns = edition.questions.order_by("position").values("pk", *ASKED)
        self.rows = {one["pk"]: {f"question__{name}": one[name] for name in ASKED} for one in columns}
        self.scales = scales_of(edition.scales)
        self.offered = offered_in(edition.pk) if self.scales else {}
        self.rates = rating_keys(marks_of(edition))

    def point(self, answers: Iterable[Answer], day: date) -> Point:
        """The figures of some answers as they counted on a day."""
        said = {one.question_id: one for one in answers}
        rows = [
            {name: getattr(said[pk], attribute) for name, attribute in _SAID.items()} | question
            for pk, question in self.rows.items()
            if pk in said
        ]
        criteria, duties = divided(rows, self.scales, self.offered, {}, day, rates=self.rates)
        result = law_result(duties)
        return Point(
            result.counts,
            tuple(scale_point(scale_result(s, criteria, {})) for s in self.scales),
            result.practice,
        )


_SAID = {
    "pk": "pk",
    "verdict": "verdict",
    "value": "value",
    "binds_from": "binds_from",
    "na_by": "na_by_id",
    "na_confirmed_by": "na_confirmed_by_id",
}
"""Columns of an answer as ``queries`` names them, and its attributes."""


def _keep(fresh: list[MonthEnd]) -> None:
    """A page opens all the same where nothing can be written."""
    if fresh:
        with suppress(DatabaseError), writing():
            MonthEnd.objects.bulk_create(
                fresh,
                update_conflicts=True,
                unique_fields=["assessment", "month"],
                update_fields=["rules", "figures"],
            )
