"""Checklists, their editions, and what an edition asks."""

from datetime import date, datetime

from pydantic import BaseModel

from compliance.content.applicability.choices import FactKind
from compliance.content.applicability.rules import choice_words
from compliance.content.checklists.choices import EditionStatus, QuestionKind
from compliance.content.checklists.models import Checklist, Edition, Fact, Question
from compliance.work.assessments.choices import Verdict


class ChecklistShape(BaseModel):
    """A checklist. ``is_own``: of the organisation; the others are of the library."""

    key: str
    title: str
    summary: str
    theme: str
    is_own: bool

    @classmethod
    def of(cls, row: Checklist) -> "ChecklistShape":
        return cls(
            key=row.key,
            title=row.title,
            summary=row.summary,
            theme=row.theme.name,
            is_own=row.organisation_id is not None,
        )


class EditionShape(BaseModel):
    """A state of a checklist; once published it never changes."""

    id: int
    checklist: ChecklistShape
    number: str
    status: EditionStatus
    language: str
    law_as_of: date
    release_notes: str
    subject_label: str
    published_at: datetime | None
    content_hash: str

    @classmethod
    def of(cls, row: Edition) -> "EditionShape":
        return cls(
            id=row.pk,
            checklist=ChecklistShape.of(row.checklist),
            number=row.number,
            status=EditionStatus(row.status),
            language=row.language,
            law_as_of=row.law_as_of,
            release_notes=row.release_notes,
            subject_label=row.subject_label,
            published_at=row.published_at,
            content_hash=row.content_hash,
        )


class ChoiceShape(BaseModel):
    """One of the answers that a question offers; a verdict may follow from it."""

    key: str
    label: str
    verdict: Verdict | None


class QuestionShape(BaseModel):
    """One duty, asked so that evidence can answer it."""

    key: str
    section: str
    section_title: str
    title: str
    text: str
    kind: QuestionKind
    weight: int
    how_to_check: str
    remedy: str
    choices: list[ChoiceShape]
    cites: list[str]

    @classmethod
    def of(cls, row: Question) -> "QuestionShape":
        return cls(
            key=row.key,
            section=row.section.key,
            section_title=row.section.title,
            title=row.title,
            text=row.text,
            kind=QuestionKind(row.kind),
            weight=row.weight,
            how_to_check=row.how_to_check,
            remedy=row.remedy,
            choices=[
                ChoiceShape(
                    key=one.key,
                    label=one.label,
                    verdict=Verdict(one.verdict) if one.verdict else None,
                )
                for one in row.choices.all()
            ],
            cites=[one.provision.cite for one in row.citations.all()],
        )


class FactChoice(BaseModel):
    """Something that may be true of the subject."""

    key: str
    label: str


class FactShape(BaseModel):
    """A question about the subject that decides which duties apply."""

    key: str
    label: str
    text: str
    kind: FactKind
    choices: list[FactChoice]

    @classmethod
    def of(cls, row: Fact) -> "FactShape":
        return cls(
            key=row.key,
            label=row.label,
            text=row.text,
            kind=FactKind(row.kind),
            choices=[FactChoice(key=key, label=label) for key, label in choice_words(row.choices).items()],
        )
