"""Which evidence a list shows."""

from django.db import models


class Show(models.TextChoices):
    """The filters above the library."""

    ALL = "all", "All"
    FILES = "files", "Files"
    LINKS = "links", "Links"
    ENDING = "ending", "Runs out"
    EXPIRED = "expired", "Expired"
