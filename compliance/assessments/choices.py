"""Words of fixed meaning in assessments."""

from django.db import models

from compliance.checklists.choices import Verdict

__all__ = ["AssessmentStatus", "Filter", "Verdict"]


class AssessmentStatus(models.TextChoices):
    """Where an assessment stands."""

    RUNNING = "running", "Running"
    ARCHIVED = "archived", "Archived"


class Filter(models.TextChoices):
    """What the question list can be narrowed to."""

    ALL = "all", "All"
    UNANSWERED = "unanswered", "Unanswered"
    MINE = "mine", "Mine"
    NOT_MET = "not-met", "Not met"
    NO_EVIDENCE = "no-evidence", "No evidence"
    EXPIRED = "expired", "Evidence expired"
    OVERDUE = "overdue", "Overdue"
    NOT_APPLYING = "does-not-apply", "Does not apply"
