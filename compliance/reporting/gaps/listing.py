"""Everything that lies below what is wanted, in the order in which to mend it.

Duties of law and criteria of a scale are two lists and never one order. Numbers follow
from the answers of the assessments in use, in a few statements for any number of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from compliance.content.checklists.fined import tiers_by_question
from compliance.content.checklists.force import rates
from compliance.content.checklists.models import Edition
from compliance.content.checklists.rating import Rating
from compliance.content.checklists.scales import Scale, keys_of, scales_of
from compliance.content.legal_index.fines import Tier
from compliance.ground.web.enums import LabelledStrEnum
from compliance.identity.organisations.models import Organisation
from compliance.reporting.results.levels import scale_result
from compliance.reporting.results.models import Target
from compliance.reporting.results.queries import (
    criteria_of,
    levels_of,
    offered_in,
    open_actions,
)
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Action, Answer, Assessment
from compliance.work.remediation.waiting import waits_of

SOON = timedelta(days=30)
_ANSWERED = (
    "pk",
    "assessment_id",
    "question_id",
    "question__key",
    "question__title",
    "question__weight",
    "question__remedy",
    "verdict",
    "value",
    "na_by",
    "na_confirmed_by",
    "binds_from",
    "answered_at",
)


class Show(LabelledStrEnum):
    """Filters of the list of gaps."""

    ALL = "all", "All"
    LAW = "law", "Law"
    PARTLY = "partly", "Partly met"
    RATINGS = "ratings", "Ratings"
    LATE = "late", "Late"
    SOON = "soon", "Due in 30 days"
    NOBODY = "no-owner", "No owner"
    WAITING = "waiting", "Waiting"


@dataclass(frozen=True, slots=True)
class Gap:
    """An answer below what is wanted, with the open action that is to mend it.

    A duty has ``tier`` and, where it binds only later, ``ahead``; a criterion has the
    names of its level and of the wanted one, and how far apart they are.
    """

    answer: int
    key: str
    title: str
    weight: int
    remedy: str
    assessment: Assessment
    action: Action | None
    waits: Sequence[Action] = ()
    is_partly: bool = False
    tier: Tier | None = None
    ahead: date | None = None
    since: Any = None
    scale: str = ""
    now: str = ""
    wanted: str = ""
    distance: int = 0

    @property
    def url(self) -> str:
        return self.assessment.answer_url(self.answer)

    @property
    def product(self) -> int:
        """Distance times weight."""
        return self.distance * self.weight

    @property
    def is_open(self) -> bool:
        """Whether an action can still be made for it."""
        return self.assessment.status == AssessmentStatus.RUNNING

    def is_late(self, today: date) -> bool:
        return self.action is not None and self.action.is_overdue(today)


@dataclass(frozen=True)
class Gaps:
    """All gaps of some assessments: law, and each scale by its name."""

    law: list[Gap]
    scales: dict[str, list[Gap]]
    today: date

    @property
    def ratings(self) -> list[Gap]:
        return [gap for some in self.scales.values() for gap in some]

    @property
    def not_met(self) -> list[Gap]:
        """Duties that bind now and are not met."""
        return [one for one in self.law if not one.is_partly and not one.ahead]

    @property
    def without_action(self) -> int:
        """Duties that bind now and are not met, and nothing is planned."""
        return sum(one.action is None for one in self.not_met)

    def counts(self) -> dict[Show, int]:
        """Filter to the number of gaps it leaves."""
        every = [*self.law, *self.ratings]
        return {show: sum(keeps(one, self.today) for one in every) for show, keeps in _KEEPS.items()}

    def shown(self, show: Show) -> "Gaps":
        """The gaps that a filter leaves."""
        keeps = _KEEPS[show]
        return Gaps(
            [one for one in self.law if keeps(one, self.today)],
            {name: [one for one in some if keeps(one, self.today)] for name, some in self.scales.items()},
            self.today,
        )


def _is_soon(one: Gap, today: date) -> bool:
    due = one.action.due_on if one.action else None
    return due is not None and today <= due <= today + SOON


_KEEPS: Mapping[Show, Callable[[Gap, date], bool]] = {
    Show.ALL: lambda one, today: not one.is_partly,
    Show.LAW: lambda one, today: not one.scale and not one.is_partly,
    Show.PARTLY: lambda one, today: one.is_partly,
    Show.RATINGS: lambda one, today: bool(one.scale),
    Show.LATE: lambda one, today: one.is_late(today),
    Show.SOON: _is_soon,
    Show.NOBODY: lambda one, today: not one.is_partly and (one.action is None or one.action.owner_id is None),
    Show.WAITING: lambda one, today: bool(one.waits),
}


def gaps_of(organisation: Organisation, assessments: Iterable[Assessment], today: date) -> Gaps:
    """The gaps of some assessments of an organisation, their editions at hand."""
    rows = {one.pk: one for one in assessments}
    editions = {one.edition_id: one.edition for one in rows.values()}
    planned = _Planned(rows)
    return Gaps(
        list(_law(rows, editions, planned, today)),
        _ratings(organisation, rows, editions, planned),
        today,
    )


class _Planned:
    """The first due open action of each answer, and the open ones it waits for."""

    def __init__(self, rows: Mapping[UUID, Assessment]) -> None:
        self.actions = {pk: some[0] for pk, some in open_actions(rows.values()).items()}
        self.waits = waits_of({one.pk: one for one in self.actions.values()}.values())

    def of(self, answer: int) -> dict[str, Any]:
        action = self.actions.get(answer)
        waits = self.waits.get(action.pk, ()) if action else ()
        return {"action": action, "waits": waits}


def _law(
    rows: Mapping[UUID, Assessment],
    editions: Mapping[int, Edition],
    planned: _Planned,
    today: date,
) -> Iterable[Gap]:
    """Duties not met or met in part: those that bind, then those that bind later.

    Each by limit of fines, weight and age.
    """
    found = list(
        Answer.objects.filter(assessment__in=list(rows), applies=True)
        .filter(verdict__in=["not_met", "partly"])
        .annotate(rates=rates(editions.values()))
        .filter(rates=False)
        .order_by("assessment", "question__position")
        .values(*_ANSWERED)
    )
    tiers = tiers_by_question({row["question_id"] for row in found})
    gaps = [
        Gap(
            **_common(row, rows),
            **planned.of(row["pk"]),
            is_partly=row["verdict"] == "partly",
            tier=tiers.get(row["question_id"]),
            ahead=row["binds_from"] if row["binds_from"] and row["binds_from"] > today else None,
            since=row["answered_at"],
        )
        for row in found
    ]
    return sorted(gaps, key=_gravity)


def _gravity(one: Gap) -> Any:
    amount = one.tier.amount if one.tier else 0
    since = one.since.timestamp() if one.since else 0
    return one.ahead is not None, one.is_partly, -amount, -one.weight, since


def _ratings(
    organisation: Organisation,
    rows: Mapping[UUID, Assessment],
    editions: Mapping[int, Edition],
    planned: _Planned,
) -> dict[str, list[Gap]]:
    """Criteria below their target by name of the scale, the farthest first."""
    scaled = {pk: scales_of(one.scales) for pk, one in editions.items()}
    rated = [one for one in rows.values() if scaled[one.edition_id]]
    if not rated:
        return {}
    offered = {pk: offered_in(pk) for pk in {one.edition_id for one in rated}}
    keys = {key for pk in offered for key in keys_of(scaled[pk])}
    answers: defaultdict[UUID, dict[str, Any]] = defaultdict(dict)
    said = Answer.objects.filter(assessment__in=rated, applies=True, question__key__in=keys)
    for row in said.order_by("question__position").values(*_ANSWERED):
        answers[row["assessment_id"]][row["question__key"]] = row
    wanted = _targets(organisation, rated)
    found: defaultdict[str, list[Gap]] = defaultdict(list)
    for one in rated:
        own, scales = answers[one.pk], scaled[one.edition_id]
        criteria = criteria_of(own.values(), keys_of(scales), offered[one.edition_id], {})
        for scale in scales:
            result = scale_result(scale, criteria, levels_of(scale, wanted.get(one.pk, ())))
            for below in result.gaps:
                row = own[below.criterion.key]
                found[scale.name].append(
                    Gap(
                        **_common(row, rows),
                        **planned.of(row["pk"]),
                        scale=scale.name,
                        now=_level(scale, below.criterion.rating),
                        wanted=scale.name_of(below.group.target),
                        distance=below.distance,
                    )
                )
    return {name: sorted(some, key=lambda gap: -gap.product) for name, some in found.items()}


def _level(scale: Scale, rating: Rating | None) -> str:
    return scale.name_of(rating.level) if rating else ""


def _targets(organisation: Organisation, rated: Sequence[Assessment]) -> dict[UUID, list[Target]]:
    """The targets of each assessment, the organisation's before its own: one query."""
    found: defaultdict[UUID, list[Target]] = defaultdict(list)
    for row in Target.objects.filter(organisation=organisation).defaults_first():
        for one in rated:
            if row.holds_for(one):
                found[one.pk].append(row)
    return found


def _common(row: Mapping[str, Any], rows: Mapping[UUID, Assessment]) -> dict[str, Any]:
    return {
        "answer": row["pk"],
        "key": row["question__key"],
        "title": row["question__title"],
        "weight": row["question__weight"],
        "remedy": row["question__remedy"],
        "assessment": rows[row["assessment_id"]],
    }


COLUMNS = (
    "list",
    "key",
    "title",
    "checklist",
    "subject",
    "now",
    "target",
    "fine, up to EUR",
    "distance",
    "weight",
    "distance x weight",
    "first step",
    "action",
    "owner",
    "due",
    "effort in days",
    "waits for",
    "binds from",
)


def _standing(one: Gap) -> str:
    """How a duty stands: one that binds later is never called not met."""
    if one.ahead:
        return "to prepare"
    return "partly" if one.is_partly else "not met"


def rows_of(gaps: Gaps) -> Iterator[tuple[str, ...]]:
    """All gaps as text, in the order of the page."""
    for one in [*gaps.law, *gaps.ratings]:
        action = one.action
        yield (
            one.scale or "law",
            one.key,
            one.title,
            one.assessment.edition.checklist.title,
            one.assessment.subject,
            one.now or _standing(one),
            one.wanted,
            one.tier.words if one.tier else "",
            str(one.distance) if one.scale else "",
            str(one.weight),
            str(one.product) if one.scale else "",
            one.remedy,
            f"{action.code} {action.title}" if action else "",
            str(action.owner) if action and action.owner else "",
            action.due_on.isoformat() if action and action.due_on else "",
            f"{action.effort_days:f}" if action and action.effort_days else "",
            " ".join(other.code for other in one.waits),
            one.ahead.isoformat() if one.ahead else "",
        )
