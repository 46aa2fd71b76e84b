"""A citation as the legal index knows it. Pure."""

from dataclasses import dataclass
from datetime import date

from compliance.content.legal_index.choices import CiteState


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as the legal index knows it; ``successor`` stands in for what is gone."""

    cite: str
    state: CiteState
    applies_from: date | None = None
    successor: str = ""
    title: str = ""
