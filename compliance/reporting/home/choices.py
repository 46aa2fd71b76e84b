"""Words of fixed meaning at home."""

from django.db import models


class Kind(models.TextChoices):
    """Kinds of work, in their order: what others cannot go on without comes first."""

    PUBLISH = "publish", "To publish"
    RETURNED = "returned", "Returned"
    REVIEW = "review", "Reviews"
    COMMENT = "comment", "Comments"
    CONFIRM = "confirm", "Confirmations"
    REQUEST = "request", "Requests of auditors"
    ACTION = "action", "Actions"
    QUESTION = "question", "Questions"
    EVIDENCE = "evidence", "Evidence"
    LAW = "law", "Changes of the law"
