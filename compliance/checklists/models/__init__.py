"""Rows of checklists and of the law they cite."""

from compliance.checklists.models.checklist import Checklist, Edition, Theme
from compliance.checklists.models.framework import Clause, Framework, Mapping
from compliance.checklists.models.law import Citation, Instrument, Provision
from compliance.checklists.models.notice import Notice
from compliance.checklists.models.question import Choice, Fact, Question, Section
from compliance.checklists.models.relation import Relation

__all__ = [
    "Checklist",
    "Choice",
    "Citation",
    "Clause",
    "Edition",
    "Fact",
    "Framework",
    "Instrument",
    "Mapping",
    "Notice",
    "Provision",
    "Question",
    "Relation",
    "Section",
    "Theme",
]
