"""The shape of a section file: ``<checklist>/NN-<name>.yaml``."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from compliance.content.checklist_schema.number import NumberPart
from compliance.content.checklist_schema.rating import RatingPart, rated
from compliance.content.checklist_schema.words import (
    RENAMED,
    Aside,
    Key,
    Line,
    Part,
    Prose,
    QuestionKey,
    Rule,
    Short,
    Title,
    needs_choices,
)
from compliance.content.checklists.choices import QuestionKind, Verdict

CHOICE_KINDS = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}


def _one_verdict(value: Verdict) -> Verdict:
    if value == Verdict.UNANSWERED:
        msg = "a choice is met, partly, not_met or na"
        raise ValueError(msg)
    return value


def _dates(value: Any) -> Any:
    return [{"date": value}] if isinstance(value, date) else value


class ChoicePart(Part):
    """One of the answers a question offers."""

    key: Key
    label: Annotated[Line, Field(max_length=200)]
    help: Aside = ""
    verdict: Annotated[Verdict, Field(strict=False), AfterValidator(_one_verdict)] | None = None
    rating: RatingPart | None = None


class From(Part):
    """A day from which, or until which, a duty binds, and whom."""

    date: date
    when: Rule | None = None


class QuestionPart(Part):
    """A question; the words it may have are in ``seeds/README.md``."""

    key: QuestionKey
    title: Annotated[Line, Field(max_length=60)]
    text: Line
    kind: Annotated[QuestionKind, Field(strict=False)]
    cites: Annotated[list[Short], Field(min_length=1)]
    binds: list[Key] = []
    applies: Rule | None = None
    applies_from: Annotated[list[From], BeforeValidator(_dates)] = []
    applies_until: Annotated[list[From], BeforeValidator(_dates)] = []
    yardstick: bool = False
    weight: Annotated[int, Field(ge=1, le=5)]
    good: Annotated[list[Line], Field(min_length=1)]
    check: Prose
    partly: Prose
    mistake: Prose
    evidence: Annotated[list[Line], Field(min_length=3)]
    remedy: Prose
    background: Aside = ""
    related: list[QuestionKey] = []
    choices: list[ChoicePart] = []
    number: NumberPart | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        words = len(self.text.split())
        if words > 30:
            msg = f"text has {words} words; at most 30"
            raise ValueError(msg)
        guidance = [*self.good, self.check, self.partly, self.mistake]
        words = sum(len(text.split()) for text in guidance)
        if not 40 <= words <= 150:
            msg = f"good, check, partly and mistake have {words} words together; 40 to 150"
            raise ValueError(msg)
        needs_choices(self.choices, wanted=self.kind in CHOICE_KINDS, kind=self.kind)
        if (self.kind == QuestionKind.NUMBER) != (self.number is not None):
            msg = "number (unit and bounds) belongs to kind number, and only there"
            raise ValueError(msg)
        return self


class SectionPart(Part):
    """``<checklist>/NN-<name>.yaml``."""

    key: Annotated[Key, Field(max_length=60)]
    title: Title
    intro: Aside = ""
    level: Literal["", "organisation"] = ""
    questions: Annotated[list[QuestionPart], Field(min_length=1)]

    def document(self) -> dict[str, Any]:
        """The section as a document of an edition has it."""
        return {
            "key": self.key,
            "title": self.title,
            "intro": self.intro,
            "questions": [_document(question) for question in self.questions],
        } | ({"level": self.level} if self.level else {})


def _document(question: QuestionPart) -> dict[str, Any]:
    found = question.model_dump(mode="json")
    found["choices"] = [rated(choice | {"verdict": choice["verdict"] or ""}) for choice in found["choices"]]
    found["applies_from"] = [_set(entry) for entry in found["applies_from"]]
    found["number"] = found["number"] and _set(found["number"])
    found["applies_until"] = [_set(entry) for entry in found["applies_until"]]
    for name in ("applies_until", "yardstick"):
        if not found[name]:
            del found[name]
    return {RENAMED.get(name, name): value for name, value in found.items()}


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
