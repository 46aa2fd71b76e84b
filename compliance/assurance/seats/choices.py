"""Words of fixed meaning about seats."""

from django.db import models

LONGEST_DAYS = 90
"""Days that a seat or a share link lasts at most (safety.md, T6)."""


class How(models.TextChoices):
    """How a question came into a sample."""

    RISK = "risk", "By risk"
    RANDOM = "random", "At random"
    HAND = "hand", "By hand"


class SampleResult(models.TextChoices):
    """An auditor's result for a sampled answer."""

    OPEN = "open", "To look at"
    ACCEPTED = "accepted", "Accepted"
    FLAGGED = "flagged", "Flagged"


class RequestStatus(models.TextChoices):
    """The side whose turn it is."""

    OPEN = "open", "Open"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"


class RequestFilter(models.TextChoices):
    """Filters of a list of requests."""

    OPEN = "open", "Open"
    OVERDUE = "overdue", "Overdue"
    MINE = "mine", "Of auditors I invited"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"
    ALL = "all", "All"
