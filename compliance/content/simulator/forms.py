"""The form of an example: its facts, and what the law asks of it, one group a line."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from compliance.content.applicability import expectations
from compliance.content.applicability.choices import FactKind
from compliance.content.applicability.rules import choice_words
from compliance.content.checklists.form_lines import Lines, area, line, short
from compliance.content.checklists.models import Fact
from compliance.ground.web.fields import DayField

NONE = "-"
"""Sent for "none of them"; no choice has that key."""
EXPECTED = {
    "must_apply": "Must apply",
    "must_not_apply": "Must not apply",
    "contested": "Must be contested",
    "dates": "Must bind from",
}
HINT = "One group per line: G001 G002: Art. 5. Also “all but G003: …”, “gate transition: …”."


class OrganisationForm(forms.Form):
    """An organisation; its facts are fields that its edition asks."""

    key = short(required=False)
    name = line("Name", 120)
    about = area("About it", 2)
    period_from = DayField(label="Audit period from", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        facts: Iterable[Fact],
        stands: Mapping[str, Any] | None = None,
    ) -> None:
        """``stands`` is the example as it is now, None for a new one."""
        self.asked = list(facts)
        self.stands = dict(stands) if stands else None
        super().__init__(data, initial=self._initial())
        for fact in self.asked:
            self.fields[f"fact-{fact.key}"] = _field(fact)
        for name, label in EXPECTED.items():
            self.fields[name] = Lines(label, 3, most=1_500)
            self.fields[name].help_text = HINT
        self.fields[
            "dates"
        ].help_text = "One group per line: 2027-12-02 A034 A035: Art. 113. Or “now A014: …”."

    def _initial(self) -> dict[str, Any]:
        stands = self.stands or {}
        found = {name: stands.get(name, "") for name in ("key", "name", "about")}
        found["period_from"] = stands.get("period_from")
        for fact in self.asked:
            chosen = stands.get("facts", {}).get(fact.key)
            value = chosen if chosen is None or chosen else [NONE]
            is_several = fact.kind == FactKind.SEVERAL
            found[f"fact-{fact.key}"] = value if is_several else (value or [""])[0]
        for name in EXPECTED:
            is_dated = name == "dates"
            rows = stands.get(name, [])
            found[name] = [expectations.group_in_words(row, is_dated=is_dated) for row in rows]
        return found

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        return [self[f"fact-{fact.key}"] for fact in self.asked]

    @property
    def expected_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in EXPECTED]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in EXPECTED:
            try:
                cleaned[name] = expectations.groups(cleaned.get(name) or [], is_dated=name == "dates")
            except expectations.UnreadableLineError as fault:
                self.add_error(name, f"{fault}.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """The example as a document has it, without its key."""
        data = self.cleaned_data
        facts = {}
        for fact in self.asked:
            value = data.get(f"fact-{fact.key}")
            chosen = [value] if isinstance(value, str) and value else value
            if chosen:
                facts[fact.key] = [] if NONE in chosen else list(chosen)
        day = data["period_from"]
        found = {
            "name": data["name"],
            "about": data["about"],
            "period_from": day.isoformat() if day else "",
        } | {name: data[name] for name in EXPECTED}
        return {n: v for n, v in found.items() if v} | {"facts": facts}


def _field(fact: Fact) -> forms.Field:
    """The field for a fact; nothing chosen is "not known"."""
    offered = list(choice_words(fact.choices).items())
    if fact.kind != FactKind.YESNO:
        offered.append((NONE, "None of them"))
    if fact.kind == FactKind.SEVERAL:
        return forms.MultipleChoiceField(
            label=fact.label,
            choices=offered,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    return forms.ChoiceField(
        label=fact.label,
        choices=[("", "Not known"), *offered],
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )
