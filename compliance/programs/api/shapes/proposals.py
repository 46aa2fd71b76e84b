"""Proposals: fields of an answer as a program would set them, and what became of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from compliance.programs.api.shapes.answers import EvidenceUsed
from compliance.programs.api.shapes.fields import GIVEN, with_fields
from compliance.programs.api.shapes.leaves import (
    Given,
    GivenId,
    Person,
    Text,
    Version,
    person_of,
)
from compliance.work.assessments.answer_fields import BY_COLUMN, TYPED
from compliance.work.assessments.choices import ProposalState
from compliance.work.assessments.models import LONGEST_WHY, Proposal

MOST_GROUNDS = 20


@with_fields([field for field in TYPED if field.answering], GIVEN, default=lambda _: None)
class ProposedFields(Given):
    """Fields to propose; those that are left out stay as they are."""


class ProposalGiven(Given):
    """A proposal, what was read before it was made, and its grounds."""

    edition: GivenId = Field(description="In which you read what the question asks.")
    version: Version = Field(description="Of the answer that you read.")
    set: ProposedFields
    why: Annotated[Text, Field(max_length=LONGEST_WHY)] = Field(
        default="", description="A short explanation for the person who decides."
    )
    evidence: list[UUID] = Field(
        default_factory=list,
        max_length=MOST_GROUNDS,
        description="Ids of the evidence on which the proposal rests.",
    )


class ProposingToken(BaseModel):
    """The token of the program, and the person for whom it acts."""

    id: int
    name: str
    person: Person | None


class ProposalShape(BaseModel):
    """An answer that a program proposed. It counts for nothing until a person uses it."""

    id: int
    answer: int
    version: int = Field(description="Of the answer for which it was made.")
    set: dict[str, str | list[str] | None]
    why: str
    evidence: list[EvidenceUsed]
    token: ProposingToken
    proposed_at: datetime
    state: ProposalState
    settled_at: datetime | None
    settled_by: Person | None
    reason: str = Field(description="Why a person set it aside.")

    @classmethod
    def of(cls, row: Proposal) -> "ProposalShape":
        """The shape of a proposal read ``with_names``."""
        token = row.token
        return cls(
            id=row.pk,
            answer=row.answer_id,
            version=row.version,
            set={BY_COLUMN[column].name: value for column, value in row.fields.items()},
            why=row.why,
            evidence=[
                EvidenceUsed(id=one.evidence.pk, title=one.evidence.title) for one in row.grounds.all()
            ],
            token=ProposingToken(id=token.pk, name=token.name, person=person_of(token.user)),
            proposed_at=row.proposed_at,
            state=row.state,
            settled_at=row.settled_at,
            settled_by=person_of(row.settled_by),
            reason=row.reason,
        )
