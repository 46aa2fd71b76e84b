"""The form of what follows from a fact: other facts, each with the rule it follows by."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms

from compliance.content.applicability import rule_trees
from compliance.content.applicability.choices import FactKind
from compliance.content.checklists.form_lines import sentence
from compliance.content.checklists.models import Fact
from compliance.content.editor.forms.gates import filled, reason
from compliance.content.rule_builder.rule import Offered, offered
from compliance.content.rule_builder.tables import (
    Entry,
    EntryForm,
    RuledEditor,
    RuledRow,
    RuledRows,
)


class VersionForm(forms.Form):
    """The version of the fact that was shown."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class FollowsForm(EntryForm):
    """An answer that follows, and why."""

    pick = forms.ChoiceField(label="Follows", widget=forms.Select(attrs={"class": "select"}))
    because = reason("Because")

    @staticmethod
    def initial_of(entry: Entry) -> dict[str, Any]:
        pick = f"{entry['fact']}={entry['value']}" if "fact" in entry else ""
        return {"pick": pick, "because": entry.get("because", "")}


class FollowsRows(RuledRows):
    """All that follows from one fact."""

    form = FollowsForm
    prefix = "follows"
    called, many = "entry", "entries"

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        fact: Fact,
        offered: Offered,
        data: Any = None,
    ) -> None:
        self.fact = fact
        super().__init__(entries, offered=offered, data=data)

    def _row(self, at: int, entry: Entry, offered: Offered, data: Any) -> RuledRow:
        row = super()._row(at, entry, offered, data)
        groups = [(label, picks) for _, label, picks in offered]
        choices: list[Any] = [("", "Choose"), *groups]
        cast(forms.ChoiceField, row.form.fields["pick"]).choices = choices
        return row

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        is_yesno = self.fact.kind == FactKind.YESNO
        for row in self.rows:
            if not is_yesno and rule_trees.rule_of(row.rule.tree()) is None:
                fault = f"Say which answer to “{self.fact.label}” it follows from."
                row.form.add_error(None, fault)
        return not any(row.form.errors for row in self.rows)

    def values(self) -> list[dict[str, Any]] | None:
        """The implied fact as a document has it."""
        found = []
        for row in self.rows:
            fact, _, value = row.form.cleaned_data["pick"].partition("=")
            because = row.form.cleaned_data["because"]
            implied = {"fact": fact, "value": value, "when": row.when(self.whens)}
            found.append(filled(implied | {"because": because}))
        return found or None


class ImpliedEditor(RuledEditor):
    """The form of what follows from one fact."""

    part = "follows-part"
    rows: FollowsRows

    def __init__(self, fact: Fact, *, facts: Iterable[Fact], data: Any = None) -> None:
        self.fact = fact
        entries = fact.implies or []
        named = [entry.get("when") for entry in entries]
        named += [{entry["fact"]: entry["value"]} for entry in entries]
        self.form = VersionForm(data, initial={"version": fact.version})
        offers = offered(facts, named)
        self.rows = FollowsRows(entries, fact=fact, offered=offers, data=data)

    def refuse(self, path: tuple[str | int, ...], fault: str) -> None:
        """Say what is wrong at a place of what follows, such as (1, "when")."""
        if path and isinstance(path[0], int):
            name = "pick" if path[1:2] in {("fact",), ("value",)} else None
            self.rows.rows[path[0]].form.add_error(name, sentence(fault))
        else:
            self.form.add_error(None, sentence(fault))
