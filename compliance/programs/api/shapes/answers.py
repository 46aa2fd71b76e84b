"""Answers. Their fields come from the registry (``assessments/answer_fields.py``), one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from pydantic import BaseModel, Field

from compliance.programs.api.problems import Problem
from compliance.programs.api.shapes.fields import GIVEN, SHOWN, with_fields
from compliance.programs.api.shapes.leaves import (
    Given,
    Person,
    Text,
    Version,
    changed_in,
    person_of,
)
from compliance.work.assessments import answer_fields as registry
from compliance.work.assessments.answer_fields import ANSWER_FIELDS, TYPED, Kind
from compliance.work.assessments.models import Answer, Comment


class AnsweredQuestion(BaseModel):
    """The question of an answer."""

    key: str
    section: str
    title: str
    text: str
    kind: str
    edition: int = Field(description="That asks it so: see its questions for more.")


class EvidenceUsed(BaseModel):
    """A piece of evidence in an answer."""

    id: UUID
    title: str


@with_fields(ANSWER_FIELDS, SHOWN)
class AnswerShape(BaseModel):
    """The answer to one question of one assessment."""

    id: int
    assessment: UUID
    question: AnsweredQuestion
    version: int = Field(description="Send it back with a change.")
    evidence: list[EvidenceUsed]


@with_fields(TYPED, GIVEN, default=lambda _: None)
class AnswerFields(Given):
    """Fields to set; those that are left out stay as they are."""


class AnswerChange(Given):
    """A change of an answer, and the version it was decided on."""

    version: Version
    set: AnswerFields


class Sides(BaseModel):
    """A field that both sides changed."""

    field: str
    yours: Any
    theirs: Any


class AnswerConflict(Problem):
    """Someone else changed the same fields: both sides, and the answer as it stands."""

    sides: list[Sides]
    standing: AnswerShape


def answer_of(row: Answer) -> AnswerShape:
    """The shape of an answer read ``for_row``."""
    fields = {field.name: _said(row, field) for field in ANSWER_FIELDS}
    question = row.question
    return AnswerShape(
        id=row.pk,
        assessment=row.assessment_id,
        question=AnsweredQuestion(
            key=question.key,
            section=question.section.key,
            title=question.title,
            text=question.text,
            kind=question.kind,
            edition=question.edition_id,
        ),
        version=row.version,
        evidence=[
            EvidenceUsed(id=one.evidence.pk, title=one.evidence.title) for one in row.attachments.all()
        ],
        **fields,
    )


def _said(row: Answer, field: registry.Field) -> Any:
    if field.kind == Kind.PERSON:
        return person_of(getattr(row, field.name))
    return getattr(row, field.column)


def changes_in(given: Any) -> dict[str, Any]:
    """The fields that a call sets, as ``save_answer`` takes them: by their columns."""
    found = changed_in(given)
    return {field.column: _typed(found[field.name], field) for field in TYPED if field.name in found}


@contextmanager
def faults_in_set() -> Iterator[None]:
    """Let a fault that an action finds in a field stand where the call has that: in ``set``."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        places = {key: f"set.{field.name}" for field in TYPED for key in (field.column, field.name)}
        found = error.error_dict.items()
        raise ValidationError({places.get(at, at): said for at, said in found}) from error


def _typed(value: Any, field: registry.Field) -> Any:
    if field.kind != Kind.VALUE:
        return value
    return value if isinstance(value, list) else [] if value is None else [value]


class CommentShape(BaseModel):
    """Something said about an answer."""

    id: int
    author: Person
    text: str
    written_at: datetime
    resolved_at: datetime | None
    resolved_by: Person | None

    @classmethod
    def of(cls, row: Comment) -> "CommentShape":
        return cls(
            id=row.pk,
            author=Person(id=row.author.pk, name=str(row.author)),
            text=row.text,
            written_at=row.written_at,
            resolved_at=row.resolved_at,
            resolved_by=person_of(row.resolved_by),
        )


class CommentGiven(Given):
    """Words about an answer; “@” and a name notifies that person, by mail too."""

    text: Text
