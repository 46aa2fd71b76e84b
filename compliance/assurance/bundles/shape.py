"""The shape of ``bundle.json``, ``rows.json`` and the trails: nothing unknown, nothing guessed.

Text is kept as it is, to the sign: it has to give the same hash again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from django.core.exceptions import ValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)

from compliance.assurance.bundles import layout
from compliance.assurance.reviews.choices import CheckResult, Decision, ReviewEnd
from compliance.content.checklists.choices import EditionStatus
from compliance.ground.web.text import validate_line, validate_text
from compliance.work.assessments.answer_fields import TRAVELLING, TYPED, Kind
from compliance.work.assessments.answer_fields import Field as AnswerField
from compliance.work.assessments.choices import (
    ActionStatus,
    Again,
    AssessmentStatus,
    Priority,
    Verdict,
)
from compliance.work.assessments.detail_fields import MORE


def _text(value: str) -> str:
    try:
        validate_text(value)
    except ValidationError as fault:
        raise ValueError(fault.messages[0]) from None
    return value


def _line(value: str) -> str:
    try:
        validate_line(value)
    except ValidationError as fault:
        raise ValueError(fault.messages[0]) from None
    return value


def _moment(value: str) -> str:
    try:
        is_aware = datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        is_aware = False
    if not is_aware:
        msg = "is not a moment with a time zone"
        raise ValueError(msg)
    return value


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        msg = "is not a day"
        raise ValueError(msg) from None
    return value


Text = Annotated[str, AfterValidator(_text)]
Name = Annotated[str, AfterValidator(_line), Field(max_length=254)]
Title = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=200)]
Subject = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=120)]
Key = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=60)]
Number = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=20)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_day)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Large = Annotated[int, Field(ge=0, le=2**63 - 1)]
Account = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,17})?$")]
RowId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]
"""Numbers of there, as a trail names people and answers."""
Person = Annotated[str, Field(pattern=r"^p[1-9][0-9]{0,5}$")]
Ref = Annotated[str, Field(pattern=r"^d[1-9][0-9]{0,2}$")]
Value = Text | list[Text] | int | float | None
Short = Annotated[str, AfterValidator(_line), Field(max_length=60)]
_SHAPES: dict[Kind, Any] = {
    Kind.VERDICT: Annotated[Verdict, Field(strict=False)],
    Kind.VALUE: Value,
    Kind.TEXT: Text,
    Kind.PERSON: Person | None,
    Kind.DAY: Day | None,
    Kind.MOMENT: Moment | None,
    Kind.FLAG: bool,
    Kind.WORD: Literal[""] | Annotated[Again, Field(strict=False)],
}
"""How a kind of field stands in ``rows.json``."""


class Part(BaseModel):
    """The common base of all parts."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Head(Part):
    """``bundle.json``."""

    format: Literal["attest-bundle"]
    version: Literal[1, 2]
    assessment: Id
    organisation: Name
    checklist: Name
    edition: Number
    subject: Subject
    content_hash: Hash
    rows_hash: Hash
    people: dict[Person, Large]
    published: dict[Ref, Moment] = {}
    counts: dict[Short, Count]


class ThemePart(Part):
    key: Key
    name: Name


class EditionPart(Part):
    ref: Ref
    checklist: Key
    number: Number
    content_hash: Hash
    status: Annotated[EditionStatus, Field(strict=False)]
    title: Name
    theme: ThemePart


def _part(base: type[Part], fields: Iterable[AnswerField]) -> Any:
    """A part with those fields of an answer, too."""
    shapes = {field.name: (_SHAPES[field.kind], ...) for field in fields}
    return create_model(base.__name__, __base__=base, **shapes)  # type: ignore[call-overload]


class _Assessment(Part):
    id: Id
    subject: Subject
    period_from: Day
    period_to: Day
    due_on: Day | None
    facts: dict[Short, list[Short] | None]
    status: Annotated[AssessmentStatus, Field(strict=False)]
    revision: Annotated[int, Field(ge=1, le=1000)]
    started_at: Moment
    edition: Ref
    started_by: Person


AssessmentPart = _part(_Assessment, MORE.values())


class AttachmentPart(Part):
    evidence: Id
    attached_at: Moment


class CommentPart(Part):
    author: Person
    text: Text
    written_at: Moment
    resolved_at: Moment | None
    resolved_by: Person | None
    mentions: list[Person]


class _Said(Part):
    """The earlier assessment's answer to a question."""

    evidence: list[Id]


SaidPart = _part(_Said, (field for field in TYPED if field.answering))


class EarlierPart(Part):
    told: Text
    answers: dict[Key, SaidPart]  # type: ignore[valid-type]


class RestsOnPart(Part):
    """The assessment that this one rests on; see ``snapshots.content.RestsOn``."""

    subject: Name
    checklist: Text
    edition: Short
    period_from: Day
    period_to: Day
    revision: Count
    status: Annotated[AssessmentStatus, Field(strict=False)]
    content_hash: Literal[""] | Hash


class StandInPart(Part):
    """Its answer to a question; see ``assessments.stand_ins.StandIn``."""

    verdict: Literal[""] | Annotated[Verdict, Field(strict=False)]
    missing: Literal["", "Not asked there", "Does not apply there"]
    value: Text
    reason: Text
    evidence: list[Text]
    answered_at: Moment | None

    @model_validator(mode="after")
    def _has_a_verdict_or_none(self) -> Self:
        if bool(self.verdict) == bool(self.missing):
            msg = "has a verdict and none, or neither"
            raise ValueError(msg)
        return self


class ElsewherePart(Part):
    head: RestsOnPart
    answers: dict[Key, StandInPart]


class _Answer(Part):
    key: Key
    edition: Ref
    version: Count = 0
    taken_from: Text
    hands: list[Person]
    attachments: list[AttachmentPart]
    comments: list[CommentPart]


AnswerPart = _part(_Answer, TRAVELLING)


class EvidencePart(Part):
    id: Id
    title: Title
    url: Annotated[Text, Field(max_length=1000)]
    file_name: Annotated[str, AfterValidator(_line), Field(max_length=200)]
    media_type: Annotated[str, AfterValidator(_line), Field(max_length=100)]
    size_bytes: Large | None
    sha256: Literal[""] | Hash
    document_on: Day | None
    covers_from: Day | None
    covers_to: Day | None
    expires_on: Day | None
    added_at: Moment
    added_by: Person
    replaces: Id | None

    @model_validator(mode="after")
    def _is_file_or_link(self) -> Self:
        is_file = bool(self.sha256) and self.size_bytes is not None
        if is_file == bool(self.url):
            msg = "is neither a file nor a link, or both"
            raise ValueError(msg)
        return self


class ActionPart(Part):
    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    title: Title
    text: Text
    due_on: Day | None
    priority: Annotated[Priority, Field(strict=False)]
    status: Annotated[ActionStatus, Field(strict=False)]
    effort_days: Annotated[str, Field(pattern=r"^\d{1,3}(\.\d)?$")] | None
    version: Count
    created_at: Moment
    closed_at: Moment | None
    owner: Person | None
    created_by: Person
    closed_by: Person | None
    answers: list[Count]


class CheckPart(Part):
    answer: Count
    version: Count
    seen: Hash
    result: Annotated[CheckResult, Field(strict=False)]
    reason: Text
    at: Moment
    by: Person


class ReviewPart(Part):
    revision: Count
    sent_at: Moment
    sent_by: Person
    ended: Literal[""] | Annotated[ReviewEnd, Field(strict=False)]
    ended_at: Moment | None
    ended_by: Person | None
    said: Text
    checks: list[CheckPart]


class SignOffPart(Part):
    revision: Count
    content_hash: Hash
    stood_at: Moment
    statement: Text
    reservations: Text
    role: Name
    signer: Annotated[str, AfterValidator(_line), Field(max_length=200)]
    signed_by: Person
    signed_at: Moment
    method: Annotated[str, AfterValidator(_line), Field(max_length=20)]
    trail_seq: Large
    trail_hash: Hash


class ReopeningPart(Part):
    revision: Count
    reason: Text
    asked_at: Moment
    asked_by: Person
    decision: Literal[""] | Annotated[Decision, Field(strict=False)]
    decided_at: Moment | None
    decided_by: Person | None
    changed: list[Text]


class PersonPart(Part):
    ref: Person
    name: Name


class Rows(Part):
    """``rows.json``: what ``reviews.rows.rows_of`` gives."""

    format: Literal[1, 2]
    organisation: Name
    assessment: AssessmentPart  # type: ignore[valid-type]
    editions: Annotated[list[EditionPart], Field(min_length=1, max_length=200)]
    earlier: EarlierPart | None
    answers: Annotated[list[AnswerPart], Field(max_length=layout.MOST_ANSWERS)]  # type: ignore[valid-type]
    evidence: list[EvidencePart]
    actions: list[ActionPart]
    reviews: list[ReviewPart]
    signoffs: list[SignOffPart]
    reopenings: list[ReopeningPart]
    people: list[PersonPart]
    rests_on: ElsewherePart | None = None


class TrailNames(Part):
    people: dict[Short, Name]
    answers: dict[RowId, Key]


class CheckpointPart(Part):
    text: Text
    size: Large
    root: Hash
    key: Text
    parts: Annotated[list[Hash], Field(max_length=128)]


class ProofPart(Part):
    size: Large
    root: Hash
    parts: list[Hash]
    checkpoint: CheckpointPart | None


class TrailHead(Part):
    """``trail/1.json``: whose events they are, and where their chain stood."""

    organisation_id: Id
    organisation: Name
    assessment: Id
    head_seq: Large
    head_hash: Hash
    events: Annotated[int, Field(ge=0, le=layout.MOST_EVENTS)]
    names: TrailNames
    proof: ProofPart


class EventPart(Part):
    """A line of ``trail/1.jsonl``."""

    organisation_id: Annotated[str, Field(max_length=40)]
    seq: Large
    at: Moment
    actor_id: Account
    action: Short
    subject_label: Annotated[str, Field(max_length=40)]
    subject_id: Annotated[str, Field(max_length=40)]
    scope_id: Annotated[str, Field(max_length=40)]
    payload: Text
    salts: Text
    payload_hash: Hash
    previous_hash: Hash
    hash: Hash
