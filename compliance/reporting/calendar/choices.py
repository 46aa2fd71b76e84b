"""Words that the calendar chooses from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The subjects of dates, in the order of the filter."""

    LAW = "law", _("Law")
    ANSWER = "answer", _("Answers")
    LATER = "later", _("Put off")
    ACTION = "action", _("Actions")
    EVIDENCE = "evidence", _("Evidence")
    REVIEW = "review", _("Assessments")
    AUDITOR = "auditor", _("Auditors")
    LINK = "link", _("Share links")

    @property
    def icon(self) -> str:
        """The name of its icon."""
        return _ICONS[self]


_ICONS = {
    Kind.LAW: "book-2",
    Kind.ANSWER: "calendar-due",
    Kind.LATER: "v-later",
    Kind.ACTION: "flag",
    Kind.EVIDENCE: "paperclip",
    Kind.REVIEW: "signature",
    Kind.AUDITOR: "eye-check",
    Kind.LINK: "link",
}


class Rhythm(models.TextChoices):
    """How often a person gets a digest."""

    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"
    NEVER = "never", "Never"


class Weekday(models.IntegerChoices):
    """Days of the week, as Python counts them."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"
