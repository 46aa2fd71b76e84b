"""The whole organisation on one page, for those responsible for all of it.

Every number is a kept figure (``figure_store``) or the answer of one statement, whatever the
number of assessments. Measures are never added up over themes or organisations.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q

from compliance.assurance.reviews.models import Review, SignOff
from compliance.content.evidence.models import SOON_DAYS
from compliance.content.legal_index.fines import Tier
from compliance.ground.charts.shapes import Chart, bar, line
from compliance.identity.organisations.models import Organisation, name_of_person
from compliance.reporting.results.matrix import (
    Column,
    counts_rank,
    said_of,
    scale_rank,
)
from compliance.reporting.results.points import Point, ScalePoint
from compliance.reporting.results.stands import Stand, chain_of, current
from compliance.reporting.results.summary_figures import (
    Breach,
    Figures,
    ScaleFigures,
    Voided,
)
from compliance.reporting.results.trend import month_ends, trends
from compliance.work.assessments.choices import AssessmentStatus, Filter
from compliance.work.assessments.models import Answer, Assessment

MOST = 5
"""Lines of each list; the others are counted."""
DATES = 4
AHEAD = 90
"""Days within which a date of the law is among the first things to know."""
SOON = timedelta(days=14)
BAR = 200
"""Length of the longest bar."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Twelve month ends and today; ``values`` beside ``months``, None before it began."""

    unit: str
    months: list[date]
    values: list[int | None]
    names: list[str]
    line: Chart | None

    @property
    def ends_in_words(self) -> str:
        """The first and the last value in words."""
        known = [name for name in self.names if name]
        return f"{self.unit}, {known[0]} to {known[-1]}" if len(known) > 1 else ""

    @property
    def spoken(self) -> str:
        """Every value, for who does not see the line."""
        pairs = zip(self.months, self.names, strict=True)
        said = ", ".join(f"{day:%b %Y} {name}" for day, name in pairs if name)
        return f"{self.unit}: {said}"


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme by the assessment that stands worst in it; ``others`` are as many more.

    ``before`` are the figures of the assessment that it was carried forward from.
    """

    name: str
    worst: Stand
    others: int
    before: Stand | None
    trend: Trend

    @property
    def scale(self) -> Any:
        """The scale that the theme is measured by; None where law or practice is."""
        return next(iter(self.worst.figures.scales), None)

    @property
    def now(self) -> tuple[str, str]:
        """The figure of today, and that of the period before."""
        text = _now(self.worst.figures)
        if self.before is None:
            return text, "not assessed before"
        year = self.before.assessment.period_to.year
        return text, f"{_now(self.before.figures)} in {year}"


@dataclass(frozen=True, slots=True)
class Touch:
    """Duties of one assessment that bind from a day on and are not met yet."""

    stand: Stand
    count: int
    open: int

    @property
    def url(self) -> str:
        return f"{self.stand.answers}?show={Filter.AHEAD}"


@dataclass(frozen=True, slots=True)
class LawDay:
    """A day on which duties begin to bind, and the assessments that it touches."""

    on: date
    days: int
    touches: list[Touch]

    @property
    def is_soon(self) -> bool:
        return self.days <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class Exposed:
    """A duty that is not met and binds; ``at`` is when it was last answered.

    A note of later moves it, too: it does not say since when the duty is not met.
    """

    exposure: Breach
    stand: Stand
    at: datetime | None

    @property
    def url(self) -> str:
        pk = self.exposure.answer
        return f"{self.stand.answers}?open={pk}#answer-{pk}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed assessment, or one that waits to be signed; ``at`` is since when."""

    stand: Stand
    at: datetime | None
    signer: str = ""
    sender: str = ""

    @property
    def void(self) -> Voided | None:
        return self.stand.figures.void

    @property
    def is_signed(self) -> bool:
        return self.stand.assessment.status == AssessmentStatus.SIGNED


@dataclass(frozen=True, slots=True)
class Late:
    """The open actions of one person that are late or due within 14 days."""

    who: str
    late: int
    soon: int
    bar: Chart


@dataclass(frozen=True)
class Overview:
    """Everything on the page but the matrix."""

    today: date
    themes: list[Theme]
    dates: list[LawDay]
    exposures: list[Exposed]
    exposure_count: int
    gravest: tuple[Tier, int] | None
    """The highest limit of fines under which a duty is not met, and how many are."""
    signatures: list[Signature]
    signature_count: int
    void_count: int
    late: list[Late]
    evidence: list[Any]
    evidence_count: int

    @property
    def late_count(self) -> int:
        return sum(one.late for one in self.late)

    @property
    def months(self) -> list[date]:
        return self.themes[0].trend.months if self.themes else []

    @cached_property
    def sentence(self) -> str:
        """The three or four things to know first."""
        said = []
        if self.dates and self.dates[0].days <= AHEAD:
            days = self.dates[0].days
            when = "tomorrow" if days == 1 else f"in {days} days"
            said.append(f"the law asks for something new {when}")
        if count := self.exposure_count:
            not_met = f"{count} dut{'y is' if count == 1 else 'ies are'} not met"
            if self.gravest:
                tier, under = self.gravest
                not_met += f", {under} under a limit of EUR {tier.words}"
            said.append(not_met)
        if count := self.void_count:
            said.append(f"{count} signature{' is' if count == 1 else 's are'} void")
        if count := self.late_count:
            said.append(f"{count} action{' is' if count == 1 else 's are'} late")
        text = "; ".join(said)
        return f"{text[0].upper()}{text[1:]}." if said else "No work is late, no signature void."


def overview(
    rows: Sequence[Assessment],
    stands: Mapping[UUID, Stand],
    organisation: Organisation,
    today: date,
) -> Overview:
    """The page of one organisation, from its assessments and their figures."""
    now = [stands[one.pk] for one in current(rows)]
    signed = [
        stands[one.pk] for one in rows if one.status in {AssessmentStatus.SIGNED, AssessmentStatus.REVIEW}
    ]
    signed.sort(key=lambda one: (one.figures.void is None, _is_signed(one)))
    evidence = list(_evidence(organisation, today))
    return Overview(
        today=today,
        themes=themes_of(now, stands, today),
        dates=_dates(now, today),
        exposures=_exposures(now),
        exposure_count=sum(one.figures.law.not_met for one in now),
        gravest=_gravest(now),
        signatures=_signatures(signed[:MOST]),
        signature_count=len(signed),
        void_count=sum(one.figures.void is not None for one in signed),
        late=_late(organisation, today),
        evidence=evidence[:MOST],
        evidence_count=len(evidence),
    )


def by_subject(stands: Iterable[Stand]) -> list[Column]:
    """A column for each subject, by name."""
    found: defaultdict[str, list[Stand]] = defaultdict(list)
    for one in stands:
        found[one.assessment.subject.casefold()].append(one)
    return [
        Column(some[0].assessment.subject, _kinds(some), some[0].result, some)
        for _, some in sorted(found.items())
    ]


def by_organisation(organisations: Iterable[Organisation], stands: Iterable[Stand]) -> list[Column]:
    """A column for each organisation, one without assessments, too."""
    found: defaultdict[UUID, list[Stand]] = defaultdict(list)
    for one in stands:
        found[one.assessment.organisation_id].append(one)
    return [
        Column(
            one.name,
            f"{len(found[one.pk])} in use",
            one.get_absolute_url(),
            found[one.pk],
        )
        for one in organisations
    ]


def _kinds(some: Sequence[Stand]) -> str:
    count = len(some)
    return f"{count} assessments" if count > 1 else ""


def _is_signed(one: Stand) -> bool:
    return one.assessment.status == AssessmentStatus.SIGNED


def _rank(figures: Figures) -> tuple[int, ...]:
    """How badly an assessment stands in its theme: scale first, then law, then practice."""
    scale = next(iter(figures.scales), None)
    counts = (*counts_rank(figures.law), *counts_rank(figures.practice))
    return (*scale_rank(scale), *counts)


def themes_of(now: Iterable[Stand], stands: Mapping[UUID, Stand], today: date) -> list[Theme]:
    """A line for each theme of one organisation's current assessments."""
    by_theme: defaultdict[tuple[int, str], list[Stand]] = defaultdict(list)
    for one in now:
        theme = one.assessment.edition.checklist.theme
        by_theme[theme.position, theme.name].append(one)
    worst = {key: max(some, key=lambda one: _rank(one.figures)) for key, some in by_theme.items()}
    rows = [one.assessment for one in stands.values()]
    chains = {
        one.assessment.pk: [stands[row.pk] for row in chain_of(one.assessment, rows)]
        for one in worst.values()
    }
    rows = [one.assessment for chain in chains.values() for one in chain]
    points = trends(rows, today)
    return [
        Theme(
            name=name,
            worst=(one := worst[place, name]),
            others=len(by_theme[place, name]) - 1,
            before=chain[1] if len(chain := chains[one.assessment.pk]) > 1 else None,
            trend=_trend(one, chain, points, today),
        )
        for place, name in sorted(by_theme)
    ]


def _trend(
    one: Stand,
    chain: Sequence[Stand],
    points: Mapping[UUID, Mapping[date, Point]],
    today: date,
) -> Trend:
    """Each month by the newest assessment of the chain that had begun by its end.

    A period that was over before Attest had it is a fixed point in the month of its end.
    """
    months = [*month_ends(today), today]
    unit, said_in = _measure(one.figures)
    said: list[_Said] = []
    begins, last = [], None
    for at, month in enumerate(months[:-1]):
        own = next((s for s in chain if month in points[s.assessment.pk]), None)
        if own:
            said.append(said_in(points[own.assessment.pk][month]))
        else:
            own = next((s for s in chain[1:] if _ended_in(s, month)), None)
            fits = own is not None and _measure(own.figures)[0] == unit
            said.append(_today(own.figures) if own and fits else None)
        if own and last and own != last:
            begins.append(at)
        last = own or last
    if last and last != one:
        begins.append(len(months) - 1)
    said.append(_today(one.figures))
    stepped = unit == "level"
    values = [value and value[0] for value in said]
    return Trend(
        unit,
        months,
        values,
        [value[1] if value else "" for value in said],
        line(values, is_stepped=stepped, begins=begins),
    )


def _ended_in(one: Stand, month: date) -> bool:
    """Whether a period ended in a month; one without a point there came only afterwards."""
    end = one.assessment.period_to
    return (end.year, end.month) == (month.year, month.month)


_Said = tuple[int, str] | None
"""A value and its name, by the edition that it was answered on."""


def _measure(found: Figures) -> tuple[str, Callable[[Point], _Said]]:
    """The measure of a theme: its unit, and what a point says in it."""
    scale = next(iter(found.scales), None)
    if scale is None and _is_practice(found):
        return "recommended practice met", lambda point: _number(point.practice.met)
    if scale is None:
        return "duties met", lambda point: _number(point.law.met)
    key = scale.key

    def of(point: Point) -> ScalePoint | None:
        return next((one for one in point.scales if one.key == key), None)

    if not scale.is_staged:
        return "level", lambda point: _level(of(point))
    targets = {group.key: group.target for group in scale.groups}
    if not scale.has_targets:
        return (
            "rows answered",
            lambda point: _number(there.answered) if (there := of(point)) else None,
        )
    return (
        "steps left",
        lambda point: _number(there.steps(targets)) if (there := of(point)) and there.answered else None,
    )


def _today(found: Figures) -> _Said:
    scale = next(iter(found.scales), None)
    if scale is None:
        counts = found.practice if _is_practice(found) else found.law
        return _number(counts.met)
    if not scale.is_staged:
        return _level(scale)
    if not scale.has_targets:
        return _number(scale.answered)
    return _number(scale.steps) if scale.answered else None


def _level(one: ScalePoint | ScaleFigures | None) -> _Said:
    return None if one is None or one.level is None else (one.level, one.level_name)


def _number(count: int) -> _Said:
    return count, str(count)


def _now(found: Figures) -> str:
    scale = next(iter(found.scales), None)
    if scale is not None:
        text, small = said_of(scale)
        return text or small.capitalize()
    counts = found.practice if _is_practice(found) else found.law
    return f"{counts.met} of {counts.total}"


def _is_practice(found: Figures) -> bool:
    """Whether a theme without a scale is measured by practice: no law binds in it."""
    return bool(found.practice.total and not found.law.total)


def _dates(now: Iterable[Stand], today: date) -> list[LawDay]:
    found: defaultdict[date, list[Touch]] = defaultdict(list)
    for one in now:
        for ahead in one.figures.ahead:
            counts = ahead.counts
            found[ahead.on].append(Touch(one, counts.total, counts.open))
    return [LawDay(on, (on - today).days, found[on]) for on in sorted(found) if on > today][:DATES]


def _exposures(now: Iterable[Stand]) -> list[Exposed]:
    """The gravest duties that bind and are not met: one query."""
    every = [(each, one) for one in now for each in one.figures.worst]
    every.sort(key=lambda pair: pair[0].gravity, reverse=True)
    shown = every[:MOST]
    rows = Answer.objects.filter(pk__in=[each.answer for each, _ in shown])
    answered = dict(rows.values_list("pk", "answered_at"))
    return [Exposed(each, one, answered.get(each.answer)) for each, one in shown]


def _gravest(now: Iterable[Stand]) -> tuple[Tier, int] | None:
    found: defaultdict[Tier, int] = defaultdict(int)
    for one in now:
        for exposure in one.figures.tiers:
            if exposure.tier and exposure.counts.not_met:
                found[_alone(exposure.tier)] += exposure.counts.not_met
    return (top := max(found), found[top]) if found else None


def _alone(tier: Tier) -> Tier:
    """A limit whatever the provision that sets it."""
    return Tier(tier.amount, tier.percent)


def _signatures(shown: Sequence[Stand]) -> list[Signature]:
    """The signatures, and the reviews that wait for one, in two queries."""
    signed = SignOff.objects.filter(
        assessment__in=[one.assessment for one in shown if _is_signed(one)],
        revision=F("assessment__revision"),
    )
    signed_by = {
        pk: (at, signer)
        for pk, at, signer in signed.order_by().values_list("assessment", "signed_at", "signer")
    }
    waiting = Review.objects.filter(
        assessment__in=[one.assessment for one in shown if not _is_signed(one)],
        ended="",
    )
    sent_by = {
        one.assessment_id: (one.sent_at, str(one.sent_by))
        for one in waiting.order_by().select_related("sent_by")
    }
    found = []
    for one in shown:
        at, signer = signed_by.get(one.assessment.pk, (None, ""))
        sent, sender = sent_by.get(one.assessment.pk, (None, ""))
        found.append(Signature(one, at or sent, signer, sender))
    return found


def _late(organisation: Organisation, today: date) -> list[Late]:
    """Owners of open actions that are late or soon due, the latest first: one query."""
    due = organisation.actions.open().filter(due_on__lte=today + SOON).order_by()
    called = "owner__name", "owner__email", "owner__has_namesake"
    rows = due.values_list(*called).annotate(
        late=Count("pk", filter=Q(due_on__lt=today)),
        soon=Count("pk", filter=Q(due_on__gte=today)),
    )
    found = sorted(rows, key=lambda row: (-row[3], -row[4], row[0] or row[1] or ""))
    most = max((late + soon for *_, late, soon in found), default=0)
    return [
        Late(
            name_of_person(*who) or "No owner",
            late,
            soon,
            bar([("late", late), ("soon", soon)], BAR * (late + soon) // most),
        )
        for *who, late, soon in found
    ]


def _evidence(organisation: Organisation, today: date) -> Iterable[Any]:
    """Current evidence of running assessments that has run out or soon does."""
    ending = organisation.evidence.current().filter(
        expires_on__lte=today + timedelta(days=SOON_DAYS),
        attachments__answer__assessment__status=AssessmentStatus.RUNNING,
        attachments__answer__applies=True,
        attachments__answer__archived_at=None,
    )
    rows: Iterable[Any] = (
        ending.annotate(answer_count=Count("attachments"))
        .select_related("organisation")
        .order_by("expires_on", "title", "pk")
    )
    return rows
