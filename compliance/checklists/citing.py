"""Citations looked up in the legal index."""

from collections.abc import Collection
from datetime import date

from compliance.checklists.checking import Cited
from compliance.checklists.choices import CiteState, ProvisionStatus
from compliance.checklists.models import Provision

MOST_GUESSES = 3


def look_up(cites: Collection[str], today: date) -> dict[str, Cited]:
    """Each citation with its state: one query."""
    rows = Provision.objects.filter(cite__in=cites).select_related("successor")
    found = {row.cite: cited(row, today) for row in rows} if cites else {}
    return {c: found.get(c) or Cited(c, CiteState.UNKNOWN) for c in cites}


def cited(row: Provision, today: date) -> Cited:
    """A provision as a citation of it stands on a day."""
    state = CiteState.FOUND
    if row.status == ProvisionStatus.REPEALED:
        state = CiteState.GONE
    elif row.status != ProvisionStatus.IN_FORCE or row.applies_from > today:
        state = CiteState.LATER
    successor = row.successor.cite if row.successor else ""
    return Cited(row.cite, state, row.applies_from, successor, row.title)


def guesses(cite: str) -> list[str]:
    """Provisions that an unknown citation may mean."""
    rows = Provision.objects.filter(cite__icontains=cite).order_by("cite")
    return list(rows.values_list("cite", flat=True)[:MOST_GUESSES])
