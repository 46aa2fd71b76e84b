"""The shape of ``frameworks/<key>.yaml``: clauses by identifier, and what helps to show them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from compliance.content.checklist_schema.words import Key, Line, Part, Prose, QuestionKey

Identifier = Annotated[Line, Field(max_length=40)]


class FrameworkHead(Part):
    """A framework, and what readers should know of the identifiers."""

    key: Key
    name: Annotated[Line, Field(max_length=80)]
    note: Prose


class ClausePart(Part):
    """A clause; ``before`` is its identifier in the edition before."""

    id: Identifier
    before: Identifier | None = None
    full: list[QuestionKey] = []
    partial: list[QuestionKey] = []

    @model_validator(mode="after")
    def _once(self) -> Self:
        keys = [*self.full, *self.partial]
        if not keys:
            msg = "names no question"
            raise ValueError(msg)
        if twice := next((key for key in keys if keys.count(key) > 1), ""):
            msg = f"names {twice} twice"
            raise ValueError(msg)
        return self


class FrameworkPart(Part):
    """``frameworks/<key>.yaml``."""

    framework: FrameworkHead
    clauses: Annotated[list[ClausePart], Field(min_length=1)]
