"""Filters of a list of evidence."""

from django.db import models


class Show(models.TextChoices):
    """The filters above the library."""

    ALL = "all", "All"
    ENDING = "ending", "Runs out"
    EXPIRED = "expired", "Expired"
    GAP = "gap", "Gap in period"
    UNUSED = "unused", "Not used"
    FILES = "files", "Files"
    LINKS = "links", "Links"
    OLDER = "older", "Older versions"
