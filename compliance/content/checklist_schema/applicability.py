"""The shapes of what decides applicability beside rules: implications, gates, examples.

Days are ISO text, so that a document of an edition holds them as they are read.
"""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from compliance.content.applicability.choices import Effect
from compliance.content.checklist_schema.words import (
    Aside,
    Key,
    Part,
    Prose,
    Rule,
    Short,
    Title,
)
from compliance.content.checklists.limits import (
    MOST_GATE_ROWS,
    MOST_GATES,
    MOST_ORGANISATIONS,
    MOST_SENTENCE,
)

MOST_GROUPS = 200
MOST_KEYS = 5_000
"""Keys of questions that a gate or a group names; an edition has no more questions."""


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _word(value: Any) -> Any:
    """YAML's true and false as the yes and no of a fact."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _list(value: Any) -> Any:
    value = _word(value)
    return [value] if isinstance(value, str) else value


def _a_day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        msg = "must be a date such as 2026-11-24"
        raise ValueError(msg) from None


Sentence = Annotated[Prose, Field(max_length=MOST_SENTENCE)]
Day = Annotated[str, BeforeValidator(_iso), AfterValidator(_a_day)]
Asked = Annotated[str, Field(min_length=1, max_length=20)]
Questions = Annotated[list[Asked], Field(max_length=MOST_KEYS)]


class ImplyPart(Part):
    """Another fact has a choice where a rule holds; without one, where this is "yes"."""

    fact: Key
    value: Annotated[Key, BeforeValidator(_word)]
    when: Rule | None = None
    because: Sentence


class GateRow(Part):
    """A line of a gate: where its rule holds, and no line above it did."""

    when: Rule | None = None
    effect: Annotated[Effect, Field(strict=False)] = Effect.BINDS
    starts: Annotated[Day | None, Field(alias="from")] = None
    because: Sentence
    cites: list[Short] = []

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.effect == Effect.OUT and self.starts:
            msg = "a row that turns duties off has no day from which they bind"
            raise ValueError(msg)
        return self


class GatePart(Part):
    """A table in the head that stands before many questions."""

    key: Key
    title: Title
    because: Sentence
    cites: list[Short] = []
    questions: Questions | None = None
    all_but: Questions | None = None
    rows: Annotated[list[GateRow], Field(min_length=1, max_length=MOST_GATE_ROWS)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.questions is not None and self.all_but is not None:
            msg = "takes questions or all_but, not both"
            raise ValueError(msg)
        return self


class EssentialsPart(Part):
    """The questions that a small organisation begins with, and when it is one."""

    because: Sentence
    when: Rule
    questions: Annotated[Questions, Field(min_length=1)]


class GroupPart(Part):
    """Some questions, and why the law says so: with the article."""

    questions: Questions | None = None
    all_but: Questions | None = None
    gate: Key | None = None
    because: Sentence

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = (self.questions, self.all_but, self.gate)
        if sum(part is not None for part in given) != 1:
            msg = "takes one of questions, all_but and gate"
            raise ValueError(msg)
        return self


class DatePart(GroupPart):
    """The same with the day from which they bind; without one they bind already."""

    starts: Annotated[Day | None, Field(alias="from")] = None


Groups = Annotated[list[GroupPart], Field(max_length=MOST_GROUPS)]
Chosen = Annotated[list[Key] | None, BeforeValidator(_list)]


class OrganisationPart(Part):
    """An organisation as an example, with what the law asks of it."""

    key: Key
    name: Title
    about: Aside = ""
    facts: dict[Key, Chosen]
    period_from: Day | None = None
    must_apply: Groups = []
    must_not_apply: Groups = []
    contested: Groups = []
    dates: Annotated[list[DatePart], Field(max_length=MOST_GROUPS)] = []


Gates = Annotated[list[GatePart], Field(max_length=MOST_GATES)]
Examples = Annotated[list[OrganisationPart], Field(max_length=MOST_ORGANISATIONS)]


class ReplacedPart(Part):
    """A question of an earlier edition, and those that take its place."""

    question: Asked
    by: Annotated[Questions, Field(min_length=1)]
    stays: bool = False


Replaced = Annotated[list[ReplacedPart], Field(max_length=MOST_KEYS)]


class Organisations(Part):
    """``<checklist>/organisations.yaml``."""

    organisations: Examples


def plain(part: Part) -> dict[str, Any]:
    """A part as a document holds it: without what is empty."""
    found: dict[str, Any] = _filled(part.model_dump(mode="json", by_alias=True))
    return found


def replaced(part: ReplacedPart) -> dict[str, Any]:
    """A replaced question as a document holds it."""
    found = plain(part)
    return found if found["stays"] else {n: found[n] for n in ("question", "by")}


def _filled(value: Any) -> Any:
    """Without what is empty, but for facts: none of the choices is an answer."""
    if isinstance(value, list):
        return [_filled(part) for part in value]
    if not isinstance(value, dict):
        return value
    found = {n: p if n == "facts" else _filled(p) for n, p in value.items()}
    return {n: p for n, p in found.items() if p not in (None, "", [])}
