"""Kinds of report, and what they can be narrowed to."""

from django.db import models


class ReportKind(models.TextChoices):
    """The purpose of a report; see ``kinds.PARTS``."""

    FULL = "full", "Full report"
    SUMMARY = "summary", "Management summary"
    BOARD = "board", "Board report"
    PROFILE = "profile", "Profile of levels"
    MATURITY = "maturity", "Maturity report"
    ACTIONS = "actions", "Action plan"
    APPLICABILITY = "applicability", "Statement of applicability"
    EVIDENCE = "evidence", "Evidence register"
    CHANGES = "changes", "Changes since last time"
    WORKING = "working", "Auditor's working paper"


class Extract(models.TextChoices):
    """Questions that a full report has in detail; empty for all."""

    ALL = "", "Every question"
    NOT_MET = "not-met", "Only not met and partly met"
    OPEN = "open", "Only open questions"
    NO_EVIDENCE = "no-evidence", "Only answers without evidence"
