"""The shape of a document of an edition: what the tables can hold, and no more.

The seeds are held to more (``bundle/``): how long a question is, that each cites a
provision. Foreign files need not be written as ours are.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from compliance.content.checklist_schema.applicability import (
    Day,
    EssentialsPart,
    Examples,
    Gates,
    Replaced,
)
from compliance.content.checklist_schema.head import FactPart, Option
from compliance.content.checklist_schema.number import NumberPart
from compliance.content.checklist_schema.rating import RatingPart
from compliance.content.checklist_schema.scale import Scales
from compliance.content.checklist_schema.words import (
    Aside,
    Key,
    Line,
    Part,
    Prose,
    Rule,
    Short,
    Title,
    needs_choices,
)
from compliance.content.checklists.choices import Level, QuestionKind, Verdict
from compliance.content.checklists.limits import (
    MOST_CHOICES,
    MOST_DATES,
    MOST_FACTS,
    MOST_LINES,
    MOST_NUMBER,
    MOST_TEXT,
)
from compliance.content.checklists.translations import ORIGINAL, language_tag
from compliance.content.formats.limits import MOST_SECTIONS

CHOICE_KINDS = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}
VERDICTS = {"", *(v.value for v in Verdict if v != Verdict.UNANSWERED)}


def _known_verdict(value: str) -> str:
    if value not in VERDICTS:
        msg = "must be met, partly, not_met, na or nothing"
        raise ValueError(msg)
    return value


Long = Annotated[Line, Field(max_length=MOST_TEXT)]
Words = Annotated[Aside, Field(max_length=MOST_TEXT)]
Lines = Annotated[list[Long], Field(max_length=MOST_LINES)]


def _a_language(value: str) -> str:
    if not language_tag(value):
        msg = f"{value[:20]!r} is not a language such as de, pt-BR or sr-Latn"
        raise ValueError(msg)
    return language_tag(value)


Language = Annotated[str, AfterValidator(_a_language)]
Translated = Annotated[Prose, Field(max_length=MOST_TEXT)] | Lines


QuestionKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._()-]*$", max_length=20)]


class MarkedShape(Part):
    """A translation with the mark of the text that it was made from."""

    text: Translated
    of: Annotated[str, Field(pattern=r"^[0-9a-f]{10}$")]


Translations = dict[
    Language,
    Annotated[dict[Short, MarkedShape | Translated], Field(max_length=500)],
]


class OptionShape(Option):
    label: Annotated[Line, Field(max_length=200)]


class FactShape(FactPart):
    choices: Annotated[list[OptionShape], Field(max_length=MOST_CHOICES)] = []  # type: ignore[assignment]
    translations: Translations = {}


class ChoiceShape(Part):
    key: Key
    label: Annotated[Line, Field(max_length=200)]
    help: Words = ""
    verdict: Annotated[str, AfterValidator(_known_verdict)] = ""
    rating: RatingPart | None = None


class FromShape(Part):
    date: Day
    when: Rule | None = None


class QuestionShape(Part):
    key: QuestionKey
    source: Annotated[Aside, Field(max_length=300)] = ""
    title: Annotated[Line, Field(max_length=60)]
    text: Long
    kind: Annotated[QuestionKind, Field(strict=False)] = QuestionKind.VERDICT
    weight: Annotated[int, Field(ge=1, le=5)] = 3
    binds: list[Key] = []
    rule: Rule | None = None
    applies_from: Annotated[list[FromShape], Field(max_length=MOST_DATES)] = []
    applies_until: Annotated[list[FromShape], Field(max_length=MOST_DATES)] = []
    yardstick: bool = False
    number: NumberPart | None = None
    good: Lines = []
    how_to_check: Words = ""
    when_partly: Words = ""
    common_mistake: Words = ""
    evidence_hints: Lines = []
    remedy: Words = ""
    background: Words = ""
    related: Annotated[list[Annotated[Line, Field(max_length=20)]], Field(max_length=MOST_LINES)] = []
    choices: Annotated[list[ChoiceShape], Field(max_length=MOST_CHOICES)] = []
    cites: Annotated[list[Short], Field(max_length=MOST_LINES)] = []
    translations: Translations = {}
    extra: dict[str, Any] | None = None

    def fault(self) -> str:
        """Why the kind and what belongs to it do not fit together, or ""."""
        try:
            needs_choices(self.choices, wanted=self.kind in CHOICE_KINDS, kind=self.kind)
        except ValueError as error:
            return str(error)
        if (self.kind == QuestionKind.NUMBER) != (self.number is not None):
            return "number (unit and bounds) belongs to kind number, and only there"
        return ""


class SectionShape(Part):
    key: Annotated[Key, Field(max_length=60)]
    title: Title
    intro: Words = ""
    level: Annotated[Level, Field(strict=False)] = Level.EACH
    questions: list[QuestionShape] = []
    translations: Translations = {}


class EditionShape(Part):
    number: Annotated[Line, Field(max_length=MOST_NUMBER)]
    law_as_of: Day
    release_notes: Words = ""
    subject_label: Title
    subject_help: Words = ""
    roles: dict[Key, Line] = {}
    role_fact: str = ""
    language: Language = ORIGINAL
    translations: Translations = {}
    gates: Gates = []
    essentials: EssentialsPart | None = None
    scales: Scales = []
    replaces: Replaced = []
    organisations: Examples = []
    extra: dict[str, Any] | None = None


class DocumentShape(Part):
    """All that publishing freezes; see ``checklists/content.py``."""

    checklist: Annotated[Key, Field(max_length=60)]
    edition: EditionShape
    facts: Annotated[list[FactShape], Field(max_length=MOST_FACTS)] = []
    sections: Annotated[list[SectionShape], Field(max_length=MOST_SECTIONS)]


class HeadShape(Part):
    """The words of a checklist itself; the theme may be chosen later."""

    title: Title
    summary: Words = ""
    theme: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9_-]*)?$", max_length=40)] = ""
