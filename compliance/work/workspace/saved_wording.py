"""The summary of a saved view."""

from dataclasses import dataclass
from functools import cached_property

from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.choices import Filter
from compliance.work.assessments.models import Assessment
from compliance.work.workspace.pages import Look

LABELS = dict(Filter.choices)


@dataclass(frozen=True)
class Wording:
    """Puts views in words; asks for names only when a view has some."""

    assessment: Assessment
    organisation: Organisation

    @cached_property
    def _sections(self) -> dict[int, str]:
        rows = self.assessment.edition.questions.values_list(
            "position", "section__position", "section__title"
        )
        return {position: f"{number} {title}" for position, number, title in rows}

    @cached_property
    def _people(self) -> dict[int, str]:
        members = self.organisation.memberships.with_people()
        return {member.user_id: str(member.user) for member in members}

    def of(self, look: Look) -> str:
        """ "Not met, owner Con Tributor, with “log”, from 2 Records on"."""
        parts = [LABELS[look.show]]
        if look.owner:
            parts.append(f"owner {self._people.get(look.owner, 'someone who left')}")
        if look.query:
            parts.append(f"with “{look.query}”")
        if look.start and look.start in self._sections:
            parts.append(f"from {self._sections[look.start]} on")
        return ", ".join(parts)
