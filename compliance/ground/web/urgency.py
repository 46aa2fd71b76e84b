"""How pressing a day is: one rule for every list with due days."""

from datetime import date, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)


class Urgency(StrEnum):
    """The value is the class of its colour in the style sheets; its word stands beside it."""

    LATE = "late"
    SOON = "soon"


def urgency(due_on: date | None, today: date) -> Urgency | None:
    """Late once the day is over, soon from a week before it; None without a day."""
    if due_on is None or due_on > today + WEEK:
        return None
    return Urgency.LATE if due_on < today else Urgency.SOON
