"""The demo organisation with those of its people and papers that files name by a key."""

from dataclasses import dataclass

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import Organisation, User


@dataclass(frozen=True, slots=True)
class Cast:
    """``cast["ada"]`` is a person; ``proofs`` grows while evidence is added."""

    organisation: Organisation
    people: dict[str, User]
    proofs: dict[str, Evidence]

    def __getitem__(self, key: str) -> User:
        return self.people[key]
