"""The checklists that one may start, each with its size, its time and for whom it is."""

from dataclasses import dataclass

from django.db.models import Count

from compliance.content.checklists.models import Edition
from compliance.identity.organisations.models import Organisation

_MINUTES = (4, 8)
"""How long a question takes: quickly answered, and with its evidence looked for."""
_DAY = 7 * 60
_ROLES = 4
"""How many roles a card names."""


@dataclass(frozen=True, slots=True)
class Card:
    """A published edition as the card that leads to its start."""

    edition: Edition
    questions: int

    @property
    def roles(self) -> str:
        """For whom it is, by the roles that it knows; "" where it knows none."""
        names = [str(name) for name in self.edition.roles.values()]
        more = f" and {len(names) - _ROLES} more" if len(names) > _ROLES else ""
        return ", ".join(names[:_ROLES]) + more

    @property
    def short_path(self) -> int:
        """How many questions a small organisation begins with; 0 where all are equal."""
        return len((self.edition.essentials or {}).get("questions", ()))

    @property
    def time(self) -> str:
        """ "2 to 4 days": an estimate by the number of questions."""
        least, most = (self.questions * minutes / _DAY for minutes in _MINUTES)
        low, high = max(1, round(least)), max(1, round(most))
        if most <= 0.5:
            return "An hour or two" if self.questions > 7 else "An hour"
        days = f"{low} to {high} days" if low != high else f"{low} days"
        return "1 day" if low == high == 1 else days


def cards(organisation: Organisation) -> list[Card]:
    """A card for each edition that the organisation may start from; one query."""
    rows = Edition.open_now(organisation).annotate(asked=Count("questions"))
    return [Card(row, row.asked) for row in rows]
