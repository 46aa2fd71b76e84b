"""Rows of checklists."""

from compliance.content.checklists.models.checklist import (
    Checklist,
    Edition,
    EditionQuerySet,
    Theme,
)
from compliance.content.checklists.models.citation import Citation
from compliance.content.checklists.models.framework import Clause, Framework, Mapping
from compliance.content.checklists.models.notice import Notice
from compliance.content.checklists.models.question import Choice, Fact, Question, Section
from compliance.content.checklists.models.relation import SAME_DUTY, Relation

__all__ = [
    "SAME_DUTY",
    "Checklist",
    "Choice",
    "Citation",
    "Clause",
    "Edition",
    "EditionQuerySet",
    "Fact",
    "Framework",
    "Mapping",
    "Notice",
    "Question",
    "Relation",
    "Section",
    "Theme",
]
