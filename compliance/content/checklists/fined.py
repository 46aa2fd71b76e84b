"""The upper limit of fines of each question: the highest among the provisions it cites."""

from collections.abc import Collection
from typing import Any

from compliance.content.checklists.models import Citation
from compliance.content.legal_index.fines import Tier, limit_of, limits
from compliance.content.legal_index.models import Instrument


def tiers_of(edition_id: int) -> dict[str, Tier]:
    """The limits of an edition by question key; questions without one are left out.

    Two queries.
    """
    return _highest(Citation.objects.filter(question__edition=edition_id), "key")


def tiers_by_question(questions: Collection[int]) -> dict[int, Tier]:
    """The same for some questions, by id, of any editions."""
    return _highest(Citation.objects.filter(question__in=questions), "pk")


def _highest(rows: Any, column: str) -> dict[Any, Tier]:
    fines = Instrument.objects.exclude(fines=[]).values_list("pk", "fines")
    known = {pk: limits(one) for pk, one in fines}
    rows = rows.filter(provision__instrument__in=list(known)).order_by()
    found: dict[Any, Tier] = {}
    for key, cite, instrument in rows.values_list(
        f"question__{column}", "provision__cite", "provision__instrument"
    ):
        tier = limit_of(cite, known[instrument])
        if tier and (key not in found or tier > found[key]):
            found[key] = tier
    return found
