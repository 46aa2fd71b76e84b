"""Assessments, their facts, results, reviews and signatures."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from compliance.assurance.reviews.choices import ReviewEnd
from compliance.assurance.reviews.models import Review
from compliance.assurance.reviews.signatures import Signature
from compliance.programs.api.shapes.checklists import EditionShape
from compliance.programs.api.shapes.fields import GIVEN, SHOWN, with_fields
from compliance.programs.api.shapes.leaves import Day, Given, GivenId, Line, Person, Text, person_of
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.detail_fields import MORE
from compliance.work.assessments.models import LONGEST_WHY, Assessment
from compliance.work.assessments.scoring import Tally
from compliance.work.workspace.lists import AssessmentState


@with_fields(MORE.values(), SHOWN)
class AssessmentShape(BaseModel):
    """An organisation fills in one edition about one subject."""

    id: UUID
    edition: EditionShape
    subject: str
    period_from: date
    period_to: date
    due_on: date | None
    status: AssessmentStatus
    revision: int
    carried_from: UUID | None
    rests: bool
    """Whether sections that are asked once for the organisation are answered elsewhere.

    Their answers here wait and do not apply: read those of ``rests_on``.
    """
    rests_on: UUID | None
    """Null for an assessment that stayed elsewhere, too."""
    started_at: datetime
    url: str
    """The page of it."""

    @classmethod
    def of(cls, row: Assessment) -> "AssessmentShape":
        return cls(
            id=row.pk,
            edition=EditionShape.of(row.edition),
            subject=row.subject,
            period_from=row.period_from,
            period_to=row.period_to,
            due_on=row.due_on,
            status=AssessmentStatus(row.status),
            revision=row.revision,
            carried_from=row.carried_from_id,
            rests=row.rests,
            rests_on=row.rests_on_id,
            started_at=row.started_at,
            url=row.get_absolute_url(),
            **{column: getattr(row, column) for column in MORE},
        )


class TallyShape(BaseModel):
    """How many applicable questions have each verdict."""

    met: int
    partly: int
    below: int
    not_met: int
    na: int
    dont_know: int
    later: int
    unanswered: int
    total: int

    @classmethod
    def of(cls, tally: Tally) -> "TallyShape":
        return cls(**{name: getattr(tally, name) for name in cls.model_fields})


class AssessmentDetail(AssessmentShape):
    """The same with its numbers: duties of law apart from recommended practice."""

    law: TallyShape
    practice: TallyShape
    ahead: TallyShape
    """Asked for only from a later day; not in the other two."""
    to_confirm: int
    """“Not applicable” that waits for a second person."""
    again: int
    """Answers to be confirmed again."""
    signature_void: list[str]
    """Changes since the signature; empty while it is valid, or there is none."""

    @classmethod
    def with_numbers(cls, standing: AssessmentState) -> "AssessmentDetail":
        return cls(
            **AssessmentShape.of(standing.assessment).model_dump(),
            law=TallyShape.of(standing.law),
            practice=TallyShape.of(standing.rated),
            ahead=TallyShape.of(standing.ahead),
            to_confirm=standing.to_confirm,
            again=standing.again,
            signature_void=list(standing.void.named) if standing.void else [],
        )


Facts = dict[Line, list[Line] | None]


@with_fields(MORE.values(), GIVEN, default=lambda field: field.blank)
class AssessmentStart(Given):
    """A new assessment."""

    edition: GivenId
    subject: Line
    period_from: Day
    period_to: Day
    due_on: Day | None = None
    facts: Facts = Field(default_factory=dict, max_length=500)
    """Key of a fact to keys of its choices; null or left out is “not known yet”."""
    carried_from: UUID | None = None
    """An earlier assessment, whose answers come along to be confirmed again."""


@with_fields(MORE.values(), GIVEN, default=lambda _: None)
class Details(Given):
    """What an assessment is about; a detail that is left out stays as it is."""

    subject: Line | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    due_on: Day | None = None


class DetailsChange(Given):
    """Details to correct, and why. ``known`` are these as you read them, so that nobody's change is lost."""

    details: Details
    known: Details
    reason: Text = Field(min_length=1, max_length=LONGEST_WHY)


class AssessmentFacts(BaseModel):
    """The facts of an assessment as they stand."""

    facts: Facts


class FactsChange(Given):
    """Facts to change. ``known`` are the facts as you read them, so that nobody's change is lost."""

    facts: Facts = Field(max_length=500)
    known: Facts = Field(max_length=500)


class FactsChanged(AssessmentFacts):
    """The facts after a change, and how many questions apply now, or no longer do."""

    questions_moved: int


class Figure(BaseModel):
    """One figure of a result, as the screen and the file have it."""

    measure: str
    part: str
    key: str
    name: str
    figure: str
    value: str


class ResultShape(BaseModel):
    """Everything that a result says on a day."""

    assessment: UUID
    on: date
    figures: list[Figure]


class ReviewShape(BaseModel):
    """One time that an assessment was sent for review."""

    id: int
    revision: int
    sent_at: datetime
    sent_by: Person
    ended: ReviewEnd | None
    ended_at: datetime | None
    ended_by: Person | None
    said: str

    @classmethod
    def of(cls, row: Review) -> "ReviewShape":
        return cls(
            id=row.pk,
            revision=row.revision,
            sent_at=row.sent_at,
            sent_by=Person(id=row.sent_by.pk, name=str(row.sent_by)),
            ended=ReviewEnd(row.ended) if row.ended else None,
            ended_at=row.ended_at,
            ended_by=person_of(row.ended_by),
            said=row.said,
        )


class SignatureShape(BaseModel):
    """A sign-off: whose name stands under which content, and whether it still holds."""

    revision: int
    content_hash: str
    signer: str
    role: str
    statement: str
    reservations: str
    signed_at: datetime
    method: str
    trail_seq: int
    trail_hash: str
    void: list[str]

    @classmethod
    def of(cls, one: Signature) -> "SignatureShape":
        given = {name: getattr(one, name) for name in cls.model_fields if name != "void"}
        return cls(**given, void=list(one.void))


class ReviewsShape(BaseModel):
    """The reviews of an assessment, and its signatures; the newest first."""

    reviews: list[ReviewShape]
    signatures: list[SignatureShape]
