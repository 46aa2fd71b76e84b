"""One row of the question list, worked out so that the template only prints."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from compliance.content.applicability.decision import Decision
from compliance.content.checklists.choices import QuestionKind
from compliance.content.checklists.force import Mark
from compliance.content.checklists.models import Question
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.previews import has_picture
from compliance.work.assessments.answer_fields import TYPED, Field
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.coverage import covers, leaves_gap
from compliance.work.assessments.models import Answer, Assessment, Attachment, Proposal
from compliance.work.assessments.stand_ins import StandIn
from compliance.work.presence.seeing import News

_PLACED = {"due_on"}
"""Fields that have a place of their own in a row, beside the owner."""
SOON = timedelta(days=14)
EXPIRED = "expired"
ENDS_EARLY = "runs out before the period ends"
PARTIAL = "does not cover the whole audit period"
_BESIDE_ITS_END = {EXPIRED: "", ENDS_EARLY: "before the period ends"}
"""Warnings, as far as the day on which evidence expires does not say them."""
_SETTLED = {Verdict.MET, Verdict.NA}


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence as an answer shows it."""

    attachment: Attachment
    warning: str

    @property
    def also(self) -> str:
        """The warning beside the day on which it expires."""
        return _BESIDE_ITS_END.get(self.warning, self.warning)

    @property
    def has_picture(self) -> bool:
        """Whether a small picture of it can be shown at once."""
        return has_picture(self.attachment.evidence)


@dataclass(frozen=True, slots=True)
class Beside:
    """A field as it stands and as it is proposed, in words.

    ``may_change``: a person may edit the proposed text or day before they use it.
    """

    field: Field
    now: str
    then: str
    value: Any
    may_change: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """An open proposal: what differs, what Use sends unseen, and its evidence.

    Each piece of ``grounds`` says whether the answer uses it already.
    """

    proposal: Proposal
    fields: Sequence[Beside]
    sent: Sequence[tuple[str, str]]
    grounds: Sequence[tuple[Evidence, bool]]
    is_behind: bool
    is_asked_else: bool
    """Whether the question asked something else when it was made."""


@dataclass(frozen=True)
class Option:
    """A choice of a question as its row shows it."""

    key: str
    label: str
    is_chosen: bool
    verdict: str = ""
    rating: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An answer with everything its row says beside it."""

    answer: Answer
    proofs: list[Proof]
    warnings: list[str]
    is_due_soon: bool
    applying: Decision | None
    bounds: str
    is_open: bool = False
    news: News | None = None
    law_changed: bool = False
    stands_in: StandIn | None = None
    """The words of another assessment in the place of this answer, which waits."""
    there_now: StandIn | None = None
    """The words there today, where a signature froze other ones."""
    proposed: Sequence[Proposed] = ()

    @property
    def question(self) -> Any:
        return self.answer.question

    @property
    def mark(self) -> Mark:
        """How far the question binds."""
        return self.answer.mark

    @property
    def has_own_verdict(self) -> bool:
        """Whether a person chooses the verdict, rather than a value."""
        return not self.answer.kind_is_derived

    @property
    def options(self) -> list[Option]:
        """Each choice with the verdict it gives, and whether it is the answer.

        One that was chosen stays, though the edition has it no more.
        """
        value = self.answer.value
        chosen = value if isinstance(value, list) else [value] if value else []
        offered = [
            Option(one.key, one.label, one.key in chosen, one.verdict, one.rating)
            for one in self.question.choices.all()
        ]
        gone = set(chosen) - {one.key for one in offered}
        return offered + [Option(key, f"{key}, no longer offered", is_chosen=True) for key in sorted(gone)]

    @property
    def keys_beside(self) -> dict[str, int]:
        """The number key of each radio beside the answer: options are numbered first."""
        kind = self.question.kind
        first = 4
        if self.answer.kind_is_derived and kind != QuestionKind.NUMBER:
            first = len(self.options) + 1
        numbers = zip(
            (Verdict.NA, Verdict.DONT_KNOW, Verdict.LATER),
            range(first, 10),
            strict=False,
        )
        return {str(verdict): number for verdict, number in numbers}

    @property
    def own_words(self) -> list[tuple[Field, Any]]:
        """Fields for a person's own words, such as the note, with what they hold."""
        answer = self.answer
        own = [field for field in TYPED if field.is_plain and field.column not in _PLACED]
        return [(field, getattr(answer, field.column)) for field in own]

    @property
    def value_in_words(self) -> str:
        """The value in words: number with unit, labels of choices, text."""
        return answered_in_words(self.answer)


def lines(
    answers: Iterable[Answer],
    assessment: Assessment,
    today: date,
    *,
    open_id: int | None = None,
    scope: Scope | None = None,
    news: Mapping[int, News] | None = None,
    amended: Collection[int] = (),
    elsewhere: Mapping[str, StandIn] | None = None,
    today_there: Mapping[str, StandIn] | None = None,
    proposals: Mapping[int, Sequence[Proposed]] | None = None,
) -> list[Line]:
    """A line for each answer; ``scope`` adds why each applies or does not.

    ``amended`` are the ids of those under whose questions the law changed,
    ``elsewhere`` has what stands in for those that wait, by key of the question, and
    ``today_there`` what it would be today if that differs from what was signed;
    ``proposals`` are the open ones of each.
    """
    return [
        line(
            answer,
            assessment,
            today,
            scope=scope,
            is_open=answer.pk == open_id,
            news=(news or {}).get(answer.pk),
            law_changed=answer.pk in amended,
            stands_in=(elsewhere or {}).get(answer.question.key),
            there_now=(today_there or {}).get(answer.question.key),
            proposed=(proposals or {}).get(answer.pk, ()),
        )
        for answer in answers
    ]


def line(
    answer: Answer,
    assessment: Assessment,
    today: date,
    *,
    scope: Scope | None = None,
    is_open: bool = False,
    news: News | None = None,
    law_changed: bool = False,
    stands_in: StandIn | None = None,
    there_now: StandIn | None = None,
    proposed: Sequence[Proposed] = (),
) -> Line:
    """One answer as its row shows it."""
    proofs = [Proof(a, proof_warning(a.evidence, assessment, today)) for a in answer.attachments.all()]
    return Line(
        answer=answer,
        proofs=proofs,
        warnings=row_warnings(answer.verdict, _faults_together(proofs, assessment)),
        is_due_soon=is_pressing(answer.due_on, answer.verdict, today),
        applying=scope.of(answer.question) if scope else None,
        bounds=bounds_in_words(answer.question.number or {}),
        is_open=is_open,
        news=news,
        law_changed=law_changed,
        stands_in=stands_in,
        there_now=there_now,
        proposed=proposed,
    )


def row_warnings(verdict: str, proofs: list[str]) -> list[str]:
    """Warnings of the row: no evidence behind "met" or "partly", or bad evidence."""
    if not proofs and verdict in {Verdict.MET, Verdict.PARTLY}:
        return ["No evidence"]
    return sorted({"Evidence: " + warning for warning in proofs if warning})


def is_pressing(due_on: date | None, verdict: str, today: date) -> bool:
    """Whether a due date is near or past and the answer is not settled."""
    return due_on is not None and due_on <= today + SOON and verdict not in _SETTLED


def proof_warning(evidence: Any, assessment: Assessment, today: date) -> str:
    """The fault of a piece of evidence on a day and for an audit period."""
    if evidence.expires_on and evidence.expires_on < today:
        return EXPIRED
    if evidence.covers_to and evidence.covers_to < assessment.period_from:
        return "before the audit period"
    if evidence.covers_from and evidence.covers_from > assessment.period_to:
        return "after the audit period"
    if evidence.expires_on and evidence.expires_on < assessment.period_to:
        return ENDS_EARLY
    period = evidence.covers_from, evidence.covers_to
    if not covers(period, assessment.period_from, assessment.period_to):
        return PARTIAL
    return ""


def _faults_together(proofs: Sequence[Proof], assessment: Assessment) -> list[str]:
    """The faults of the evidence of one answer.

    Pieces that cover a part each may cover the audit period together.
    """
    warnings = [proof.warning for proof in proofs]
    rows = [proof.attachment.evidence for proof in proofs]
    periods = [(row.covers_from, row.covers_to) for row in rows]
    if leaves_gap(periods, assessment.period_from, assessment.period_to):
        return warnings
    return ["" if warning == PARTIAL else warning for warning in warnings]


def bounds_in_words(number: dict[str, Any]) -> str:
    """ "days, at most 31"."""
    unit = number.get("unit", "")
    for key, words in (("at_most", "at most"), ("at_least", "at least")):
        if key in number:
            return f"{unit}, {words} {number[key]}".strip(", ")
    return str(unit)


def answered_in_words(answer: Answer) -> str:
    """The value in words, "" when there is none."""
    return value_in_words(answer.question, answer.value)


def value_in_words(question: Question, value: Any) -> str:
    """A value that an answer to a question may have, in words."""
    if value in (None, "", []):
        return ""
    if question.kind == QuestionKind.NUMBER:
        return f"{value} {(question.number or {}).get('unit', '')}".strip()
    if question.kind in {QuestionKind.TEXT, QuestionKind.DATE}:
        return str(value)
    labels = {choice.key: choice.label for choice in question.choices.all()}
    keys = value if isinstance(value, list) else [value]
    return "; ".join(str(labels.get(key, key)) for key in keys)
