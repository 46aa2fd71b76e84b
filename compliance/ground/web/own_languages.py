"""The languages that Attest itself writes in: reports, mails, events."""

from django.db import models


class OwnLanguage(models.TextChoices):
    """By their codes (ISO 639-1); each has its texts in ``locale``."""

    ENGLISH = "en", "English"
    GERMAN = "de", "Deutsch"
    FRENCH = "fr", "Français"
