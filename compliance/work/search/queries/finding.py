"""The one function that finds everything."""

from collections.abc import Iterable
from uuid import UUID

from compliance.ground.web.text import searched
from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.models import Assessment
from compliance.work.search.queries import answers, things
from compliance.work.search.queries.hits import KINDS, Hit, Search
from compliance.work.search.terms import read

FINDERS = {
    "command": things.commands,
    "question": answers.questions,
    "note": answers.notes,
    "comment": answers.comments,
    "assessment": things.assessments,
    "page": things.pages,
}


def suggested(organisation: Organisation, *, near: UUID | None, may: Iterable[Permission]) -> list[Hit]:
    """Every command of a person, for a search in which nothing was typed; one query."""
    return things.all_commands(Search(organisation, "", read(""), frozenset(), 0, frozenset(may), near=near))


def find(
    organisation: Organisation,
    text: str,
    *,
    assessment: Assessment | None = None,
    near: UUID | None = None,
    kinds: Iterable[str] = KINDS,
    limit: int = 8,
    may: Iterable[Permission] = (),
) -> list[Hit]:
    """At most ``limit`` hits of each kind, in the order of ``KINDS``; six queries.

    All of the text has to be found in one place, the last word as a beginning.
    ``assessment`` leaves only what stands in it; of the others ``near`` comes first.
    ``may`` holds the rights of the person, for commands and pages. Text that is empty or
    has nothing to look for finds nothing.
    """
    typed = searched(text)
    terms = read(typed)
    if not terms:
        return []
    search = Search(
        organisation=organisation,
        typed=typed,
        terms=terms,
        kinds=frozenset(kinds),
        most=limit,
        may=frozenset(may),
        within=assessment,
        near=near,
    )
    hits = [hit for kind, look in FINDERS.items() if kind in search.kinds for hit in look(search)]
    hits += things.beside(search)
    order = list(KINDS)
    return sorted(hits, key=lambda hit: order.index(hit.kind))
