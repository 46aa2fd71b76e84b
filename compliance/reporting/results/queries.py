"""The result of an assessment as it is now, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q

from compliance.content.checklists.fined import tiers_of
from compliance.content.checklists.force import Mark, marks_of
from compliance.content.checklists.models import Choice
from compliance.content.checklists.rating import Rating
from compliance.content.checklists.scales import Scale, keys_of, ratings, scales_of
from compliance.content.legal_index.fines import Tier
from compliance.reporting.results.choices import Proof
from compliance.reporting.results.law import Duty, LawResult, law_result
from compliance.reporting.results.levels import (
    Criterion,
    ScaleResult,
    is_beyond,
    scale_result,
)
from compliance.reporting.results.models import Target
from compliance.work.assessments.coverage import leaves_gap
from compliance.work.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
)
from compliance.work.assessments.scoring import BESIDE

Dated = tuple[date | None, date | None, date | None]
"""The days of a piece of evidence: what it covers from and to, and when it expires."""
RATED = ("choice", "stage")
ASKED = (
    "key",
    "title",
    "weight",
    "remedy",
    "binds",
    "section__key",
    "section__title",
)
"""The columns of a question that results read."""


@dataclass(frozen=True)
class Result:
    """Law, and each scale of the edition; ``actions`` are the open ones by answer.

    ``duties`` are all questions on no scale, of law and of recommended practice.
    """

    assessment: Assessment
    today: date
    law: LawResult
    scales: list[ScaleResult]
    actions: dict[int, list[Action]] = field(default_factory=dict)
    duties: list[Duty] = field(default_factory=list)


def read(assessment: Assessment, today: date) -> Result:
    """The result on a day: eight queries, for any number of questions.

    A question on a scale is a rating and no duty, whatever it cites.
    """
    rows = list(_answers(assessment))
    proofs = _proofs(assessment, today)
    return _result(assessment, rows, proofs, today, open_actions([assessment]))


def read_rows(assessment: Assessment, answers: Iterable[Answer], today: date) -> Result:
    """The same from rows at hand, such as those of an earlier day; no action is counted.

    The answers have their questions and evidence; targets are those of today.
    """
    asked = [one for one in answers if one.applies and one.archived_at is None]
    periods = {
        one.pk: [
            (piece.covers_from, piece.covers_to, piece.expires_on)
            for link in one.attachments.all()
            for piece in [link.evidence]
        ]
        for one in asked
    }
    proofs = reached(periods, assessment.period_from, assessment.period_to, today)
    return _result(assessment, [_row(one) for one in asked], proofs, today, {})


def _result(
    assessment: Assessment,
    rows: list[Any],
    proofs: Mapping[int, Proof],
    today: date,
    actions: dict[int, list[Action]],
) -> Result:
    edition, facts = assessment.edition, assessment.facts
    scales = scales_of(edition.scales)
    targets = list(Target.objects.holding_for(assessment)) if scales else []
    criteria, duties = divided(
        rows,
        scales,
        offered_in(edition.pk) if scales else {},
        proofs,
        today,
        rates=rating_keys(marks_of(edition)),
        tiers=tiers_of(edition.pk),
    )
    return Result(
        assessment,
        today,
        law_result(duties, roles_of(edition.roles, facts.get(edition.role_fact), duties)),
        [scale_result(one, criteria, levels_of(one, targets)) for one in scales],
        actions,
        duties,
    )


def _row(answer: Answer) -> dict[str, Any]:
    """An answer as the query of ``read`` gives it."""
    question = answer.question
    return {
        "pk": answer.pk,
        "verdict": answer.verdict,
        "value": answer.value,
        "binds_from": answer.binds_from,
        "na_by": answer.na_by_id,
        "na_confirmed_by": answer.na_confirmed_by_id,
        "question__section__key": question.section.key,
        "question__section__title": question.section.title,
    } | {f"question__{name}": getattr(question, name) for name in ASKED[:5]}


def _answers(assessment: Assessment) -> Iterable[Any]:
    asked = [f"question__{name}" for name in ASKED]
    rows: Iterable[Any] = (
        assessment.answers.filter(applies=True)
        .order_by("question__position")
        .values(
            "pk",
            "verdict",
            "value",
            "binds_from",
            "na_by",
            "na_confirmed_by",
            *asked,
        )
    )
    return rows


def divided(
    rows: Iterable[Mapping[str, Any]],
    scales: Iterable[Scale],
    offered: Mapping[str, dict[str, Rating]],
    proofs: Mapping[int, Proof],
    day: date,
    *,
    rates: Collection[str] = (),
    tiers: Mapping[str, Tier] | None = None,
) -> tuple[dict[str, Criterion], list[Duty]]:
    """Rows as criteria by key, and as duties: a question on a scale is never a duty.

    ``rows`` have the columns of an answer and of ``ASKED``. By question key:
    ``offered``, the ratings of choices; ``rates``, which no law sets; ``tiers``.
    """
    found, on_scales, limits = list(rows), keys_of(scales), tiers or {}
    duties = [
        _duty(
            row,
            proofs,
            day,
            is_law=row["question__key"] not in rates,
            tier=limits.get(row["question__key"]),
        )
        for row in found
        if row["question__key"] not in on_scales
    ]
    return criteria_of(found, on_scales, offered, proofs), duties


def criteria_of(
    rows: Iterable[Mapping[str, Any]],
    on_scales: Collection[str],
    offered: Mapping[str, dict[str, Rating]],
    proofs: Mapping[int, Proof],
) -> dict[str, Criterion]:
    """The criteria among some rows by key, without those that do not apply."""
    return {
        row["question__key"]: _criterion(row, offered, proofs)
        for row in rows
        if row["question__key"] in on_scales and not _is_out(row)
    }


def rating_keys(marks: Mapping[str, Mark]) -> frozenset[str]:
    """The keys of questions that no law sets."""
    return frozenset(key for key, mark in marks.items() if mark.is_rating)


def _is_out(row: Mapping[str, Any]) -> bool:
    """Whether two people agree, or a choice says, that it does not apply."""
    return row["verdict"] == "na" and not _waits(row)


def _waits(row: Mapping[str, Any]) -> bool:
    return row["na_by"] is not None and row["na_confirmed_by"] is None


def roles_of(roles: Iterable[str], stated: Iterable[str] | None, duties: Iterable[Duty]) -> list[str]:
    """The roles that an organisation has: those it stated, and those that follow.

    A duty of one role applies only to who has it. Where the fact is not known, all.
    """
    known, alone = list(roles), {one.roles[0] for one in duties if len(one.roles) == 1}
    own = set(stated or known) | alone
    return [role for role in known if role in own]


def _duty(
    row: Mapping[str, Any],
    proofs: Mapping[int, Proof],
    today: date,
    *,
    is_law: bool,
    tier: Tier | None,
) -> Duty:
    """The duty of an answer with the columns of ``ASKED`` and its own."""
    return Duty(
        id=row["pk"],
        key=row["question__key"],
        title=row["question__title"],
        section=row["question__section__key"],
        section_title=row["question__section__title"],
        verdict=row["verdict"],
        weight=row["question__weight"],
        is_law=is_law,
        binds_from=row["binds_from"],
        is_ahead=row["binds_from"] is not None and row["binds_from"] > today,
        na_waits=_waits(row),
        proof=proofs.get(row["pk"], Proof.NONE),
        tier=tier if is_law else None,
        roles=tuple(row["question__binds"]),
    )


def _criterion(
    row: Mapping[str, Any],
    offered: Mapping[str, dict[str, Rating]],
    proofs: Mapping[int, Proof],
) -> Criterion:
    """The same for an answer on a scale."""
    of_choices = offered[row["question__key"]]
    chosen = None if row["verdict"] in BESIDE else row["value"]
    found = of_choices.values()
    return Criterion(
        id=row["pk"],
        key=row["question__key"],
        title=row["question__title"],
        weight=row["question__weight"],
        rating=of_choices.get(chosen) if isinstance(chosen, str) else None,
        offered=tuple(sorted(found, key=lambda one: (one.level, one.points))),
        proof=proofs.get(row["pk"], Proof.NONE),
        remedy=row["question__remedy"],
    )


def offered_in(edition_id: int) -> dict[str, dict[str, Rating]]:
    """The ratings of each choice of an edition, by question key: one query."""
    return {key: ratings(found) for key, found in choices_in(edition_id).items()}


def choices_in(edition_id: int) -> dict[str, list[Any]]:
    """The choices of an edition that rate, or may be levels, by question key: one query.

    In order, each with ``key``, ``label`` and ``rating``.
    """
    rows = (
        Choice.objects.filter(question__edition=edition_id)
        .filter(Q(question__kind__in=RATED) | Q(rating__isnull=False))
        .order_by("question__position", "position")
        .values("question__key", "key", "label", "rating")
    )
    choices: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        choices[row["question__key"]].append(row)
    return dict(choices)


def _proofs(assessment: Assessment, today: date) -> dict[int, Proof]:
    """How far the evidence of each answer reaches; expired pieces count for nothing."""
    periods: dict[int, list[Dated]] = defaultdict(list)
    rows = Attachment.objects.filter(answer__assessment=assessment).values_list(
        "answer",
        "evidence__covers_from",
        "evidence__covers_to",
        "evidence__expires_on",
    )
    for answer, first, last, expires in rows:
        periods[answer].append((first, last, expires))
    return reached(periods, assessment.period_from, assessment.period_to, today)


def reached(dated: Mapping[int, Iterable[Dated]], start: date, end: date, today: date) -> dict[int, Proof]:
    """How far the pieces of each answer reach in an audit period from start to end."""
    found = {}
    for answer, pieces in dated.items():
        periods = [
            (first, min((day for day in (last, expires) if day), default=None))
            for first, last, expires in pieces
            if not (expires and expires < today)
        ]
        if periods:
            gap = leaves_gap(periods, start, end)
            found[answer] = Proof.EARLY if gap else Proof.WHOLE
    return found


def open_actions(assessments: Iterable[Assessment]) -> dict[int, list[Action]]:
    """Open actions by the answers that they are about, the first due first: one query.

    Those without a day come last.
    """
    found: dict[int, list[Action]] = defaultdict(list)
    links = ActionLink.objects.filter(
        answer__assessment__in=list(assessments), action__in=Action.objects.open()
    ).select_related("action__owner", "action__organisation")
    due_first = F("action__due_on").asc(nulls_last=True)
    for link in links.order_by(due_first, "action__number"):
        found[link.answer_id].append(link.action)
    return dict(found)


def levels_of(scale: Scale, targets: Iterable[Any]) -> dict[str, int]:
    """Level by group; of two targets of a group the later counts: own after default."""
    return {one.group: one.level for one in targets if one.scale == scale.key}


def beyond_scale(assessment: Assessment, scale: Scale) -> list[str]:
    """The titles of groups whose target, set on another edition, is above the scale."""
    held = levels_of(scale, Target.objects.holding_for(assessment))
    return [one.title for one in scale.groups if is_beyond(scale, held.get(one.key))]
