"""Hits of a search, and the frame that every finder gets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.choices import AssessmentStatus, Filter
from compliance.work.assessments.models import Assessment
from compliance.work.search.terms import Runs, Terms, fold

EXACT, NEAR, TITLE, TEXT = range(4)
"""Ranks: what was typed itself, its beginning or citation, in the title, in the text."""

KINDS = {
    "command": "Commands",
    "question": "Questions",
    "note": "Notes",
    "comment": "Comments",
    "evidence": "Evidence",
    "action": "Actions",
    "person": "People",
    "assessment": "Assessments",
    "page": "Pages",
}
"""Every kind of hit, in the order they are shown, and the heading above it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, and where it leads.

    ``place`` says where it stands, ``mark`` what to know of it.
    """

    kind: str
    title: Runs
    url: str
    rank: int
    snippet: Runs = ()
    place: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An assessment as hits name it."""

    id: UUID
    title: str
    edition_id: int
    is_open: bool


@dataclass(frozen=True)
class Search:
    """A search: its text, its scope, and the number of hits of a kind.

    ``within`` leaves only that assessment; what belongs to ``near`` comes first.
    """

    organisation: Organisation
    typed: str
    terms: Terms
    kinds: frozenset[str]
    most: int
    may: frozenset[Permission] = field(default=frozenset())
    within: Assessment | None = None
    near: UUID | None = None

    @cached_property
    def places(self) -> Sequence[Place]:
        """The assessments, the near one first, then the newest; one query."""
        rows = self.organisation.assessments.order_by("-started_at", "pk")
        if self.within:
            rows = rows.filter(pk=self.within.pk)
        columns = ("pk", "edition__checklist__title", "subject", "edition_id", "status")
        found = [
            Place(pk, f"{title}, {subject}", edition, status == AssessmentStatus.RUNNING)
            for pk, title, subject, edition, status in rows.values_list(*columns)
        ]
        return sorted(found, key=lambda place: place.id != self.near)

    @cached_property
    def by_id(self) -> dict[UUID, Place]:
        return {place.id: place for place in self.places}

    def rank(self, title: str) -> int:
        """How well a title fits."""
        if fold(title).strip() == fold(self.typed).strip():
            return EXACT
        return TITLE if self.terms.are_in(title) else TEXT

    def url_of(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.organisation.slug, *args])

    def url_of_answer(self, place: Place, answer_id: int, panel: str = "", *, applies: bool) -> str:
        """The workspace with the row open; ``panel`` names a tab of the side panel."""
        asked = {
            "show": "" if applies else Filter.NOT_APPLYING.value,
            "open": answer_id,
            "panel": panel,
        }
        given = urlencode({name: value for name, value in asked.items() if value})
        url = self.url_of("workspace:detail", place.id)
        return f"{url}?{given}#answer-{answer_id}"

    def url_of_archived(self, place: Place, answer_id: int) -> str:
        """The page of archived answers, at one of them."""
        url = self.url_of("edition_moves:archived", place.id)
        return f"{url}#answer-{answer_id}"
