"""The shape of the scales of a checklist: see ``checklists/scales.py``."""

from typing import Annotated

from pydantic import Field

from compliance.content.checklist_schema.applicability import Questions
from compliance.content.checklist_schema.words import Aside, Key, Part, Short, Title
from compliance.content.checklists.choices import Reading


class LevelPart(Part):
    """A level; they stand from the lowest on."""

    name: Annotated[Short, Field(max_length=30)]
    title: Aside = ""


class ScaleGroupPart(Part):
    """Questions that share a level; ``weight`` is the share of the score in percent."""

    key: Key
    title: Title
    weight: Annotated[int, Field(ge=0, le=100)] = 0
    across: bool = False
    questions: Annotated[Questions, Field(min_length=1)]


class ScalePart(Part):
    """Answers read as levels."""

    key: Key
    name: Title
    read: Annotated[Reading, Field(strict=False)]
    source: Aside = ""
    levels: Annotated[list[LevelPart], Field(min_length=2, max_length=10)]
    groups: Annotated[list[ScaleGroupPart], Field(min_length=1, max_length=40)]


Scales = Annotated[list[ScalePart], Field(max_length=5)]
