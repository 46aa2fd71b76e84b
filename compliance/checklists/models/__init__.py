"""Rows of checklists."""

from compliance.checklists.models.checklist import (
    Checklist,
    Edition,
    EditionQuerySet,
    Theme,
)
from compliance.checklists.models.citation import Citation
from compliance.checklists.models.framework import Clause, Framework, Mapping
from compliance.checklists.models.notice import Notice
from compliance.checklists.models.question import Choice, Fact, Question, Section
from compliance.checklists.models.relation import SAME_DUTY, Relation

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
