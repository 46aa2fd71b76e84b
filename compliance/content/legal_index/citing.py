"""Citations looked up in the legal index."""

import re
from collections.abc import Collection
from datetime import date

from compliance.content.legal_index.choices import CiteState, ProvisionStatus
from compliance.content.legal_index.cited import Cited
from compliance.content.legal_index.models import Provision

MOST_FOUND = 8


def look_up(cites: Collection[str], today: date) -> dict[str, Cited]:
    """Each citation with its state: one query."""
    rows = Provision.objects.filter(cite__in=cites).select_related("successor")
    found = {row.cite: cited(row, today) for row in rows} if cites else {}
    return {c: found.get(c) or Cited(c, CiteState.UNKNOWN) for c in cites}


def cited(row: Provision, today: date) -> Cited:
    """A provision as a citation of it stands on a day."""
    state, status = CiteState.FOUND, row.status_on(today)
    if status == ProvisionStatus.REPEALED:
        state = CiteState.GONE
    elif status != ProvisionStatus.IN_FORCE or row.applies_from > today:
        state = CiteState.LATER
    successor = row.successor.cite if row.successor else ""
    return Cited(row.cite, state, row.applies_from, successor, row.title)


def search(typed: str, today: date) -> tuple[Cited | None, list[Cited]]:
    """The provision that is meant exactly, and the best of all that fit: two queries.

    Words are looked for at the start of words in citations and titles; signs and
    capitals do not count.
    """
    wanted = _words(typed)
    if not wanted:
        return None, []
    rows = Provision.objects.order_by("instrument_id", "position")
    ranked = sorted(
        (
            (rank, at, pk)
            for at, (pk, cite, title) in enumerate(rows.values_list("pk", "cite", "title"))
            if (rank := _rank(wanted, _words(cite), title, is_same=cite == typed)) is not None
        )
    )
    best = {pk: rank for rank, _, pk in ranked[:MOST_FOUND]}
    found = Provision.objects.select_related("successor").in_bulk(list(best))
    cites = [cited(found[pk], today) for pk in best if pk in found]
    ranks = [rank for rank, _, _ in ranked[:2]]
    is_exact = 0 in ranks or ranks.count(1) == 1
    return (cites[0] if is_exact and cites else None), cites


def _words(text: str) -> list[str]:
    """Runs of letters and runs of digits: "Art. 30(1)" is art, 30, 1."""
    return re.findall(r"[^\W\d_]+|\d+", text.casefold())


def _rank(wanted: list[str], cite: list[str], title: str, *, is_same: bool) -> int | None:
    """How well a provision fits, 0 and 1 for exactly; None where a word is missing."""
    words = [*cite, *_words(title)]
    if not all(any(word.startswith(part) for word in words) for part in wanted):
        return None
    many = len(wanted)
    fits = (
        is_same,
        cite == wanted,
        cite[:many] == wanted,
        any(cite[at : at + many] == wanted for at in range(len(cite))),
        set(wanted) <= set(cite),
        set(wanted) <= set(words),
    )
    return fits.index(True) if True in fits else len(fits)
