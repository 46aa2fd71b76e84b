"""The shape of ``<checklist>/checklist.yaml``: edition, roles and facts."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from compliance.content.applicability.choices import FactKind
from compliance.content.checklist_schema.applicability import (
    EssentialsPart,
    Gates,
    ImplyPart,
    Replaced,
    plain,
    replaced,
)
from compliance.content.checklist_schema.scale import Scales
from compliance.content.checklist_schema.words import (
    Aside,
    Key,
    Line,
    Part,
    Prose,
    Title,
    needs_choices,
)
from compliance.content.checklists.limits import MOST_IMPLIED, MOST_NUMBER


class EditionHead(Part):
    number: Annotated[Line, Field(max_length=MOST_NUMBER)]
    law_as_of: date
    release_notes: Prose


class Subject(Part):
    """The subject of one assessment."""

    label: Title
    help: Aside = ""


class Option(Part):
    """A choice of a fact."""

    key: Key
    label: Line
    help: Aside = ""


class FactPart(Part):
    """A fact; its choices are there unless it is yes or no.

    ``contested`` says why the law has two readings, where the fact is the reading taken.
    """

    key: Key
    label: Annotated[Line, Field(max_length=60)]
    text: Line
    help: Aside = ""
    kind: Annotated[FactKind, Field(strict=False)]
    choices: list[Option] = []
    implies: Annotated[list[ImplyPart], Field(max_length=MOST_IMPLIED)] = []
    contested: Aside = ""

    @model_validator(mode="after")
    def _choices_fit(self) -> Self:
        needs_choices(self.choices, wanted=self.kind != FactKind.YESNO, kind=self.kind)
        return self


def fact_values(found: dict[str, Any]) -> dict[str, Any]:
    """A fact as a document holds it: what it implies and contests only where it does."""
    found["implies"] = [
        {name: value for name, value in entry.items() if value is not None} for entry in found["implies"]
    ]
    optional = {"implies", "contested"}
    return {n: v for n, v in found.items() if v or n not in optional}


class Head(Part):
    """``<checklist>/checklist.yaml``."""

    key: Annotated[Key, Field(max_length=60)]
    theme: Key
    title: Title
    summary: Prose
    edition: EditionHead
    subject: Subject
    roles: dict[Key, Line] = {}
    role_fact: Key | None = None
    facts: Annotated[list[FactPart], Field(max_length=16)] = []
    gates: Gates = []
    essentials: EssentialsPart | None = None
    scales: Scales = []
    replaces: Replaced = []

    def document(self) -> dict[str, Any]:
        """The edition's own values and its facts, as a document of an edition has them."""
        edition = self.edition
        gates = [plain(gate) for gate in self.gates]
        replaces = [replaced(one) for one in self.replaces]
        return {
            "checklist": self.key,
            "edition": {
                "number": edition.number,
                "law_as_of": edition.law_as_of.isoformat(),
                "release_notes": edition.release_notes,
                "subject_label": self.subject.label,
                "subject_help": self.subject.help,
                "roles": self.roles,
                "role_fact": self.role_fact or "",
            }
            | ({"gates": gates} if gates else {})
            | ({"essentials": plain(self.essentials)} if self.essentials else {})
            | ({"scales": [plain(one) for one in self.scales]} if self.scales else {})
            | ({"replaces": replaces} if replaces else {}),
            "facts": [fact_values(fact.model_dump(mode="json")) for fact in self.facts],
        }
