"""Rows of checklists and of the law they cite."""

from compliance.checklists.models.checklist import Checklist, Edition, Theme
from compliance.checklists.models.law import Citation, Instrument, Provision
from compliance.checklists.models.question import Choice, Fact, Question, Section

__all__ = [
    "Checklist",
    "Choice",
    "Citation",
    "Edition",
    "Fact",
    "Instrument",
    "Provision",
    "Question",
    "Section",
    "Theme",
]
