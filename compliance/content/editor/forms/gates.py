"""The form of a gate: its table, and the questions that it applies to."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from compliance.content.applicability import rule_trees
from compliance.content.applicability.choices import Effect
from compliance.content.checklists.form_lines import (
    Lines,
    area,
    line,
    one_of,
    sentence,
    short,
)
from compliance.content.checklists.limits import MOST_SENTENCE
from compliance.content.checklists.models import Fact
from compliance.content.rule_builder.rule import offered
from compliance.content.rule_builder.tables import (
    Entry,
    EntryForm,
    RuledEditor,
    RuledRows,
    day_field,
)

Gate = Mapping[str, Any]
BEFORE = [
    ("questions", "The questions named here"),
    ("all_but", "Every question but those named here"),
]
MOST_KEYS = 5_000
NO_END = "Remove the conditions of the last row, so that one row always counts."
NOT_COUNTED = "Without conditions this row always counts, so no row below it does."


def reason(label: str) -> forms.CharField:
    """A sentence that reasons on screen and paper hand on."""
    return area(label, 2, required=True, most=MOST_SENTENCE)


class GateForm(forms.Form):
    """The name of a gate, its reason, and the questions behind it."""

    key = short(required=False)
    title = line("Name", 120)
    because = reason("Why there is a gate")
    cites = Lines("Citations", 2, most=80)
    before = one_of("Applies to", BEFORE)
    keys = area("Keys of questions", 2, help_text="Such as Q1 Q2 Q3.")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["cites"].help_text = "One per line, as the legal index has them."

    def clean_keys(self) -> list[str]:
        found = re.split(r"[\s,;]+", self.cleaned_data["keys"])
        keys = list(dict.fromkeys(filter(None, found)))
        if len(keys) > MOST_KEYS:
            msg = f"{len(keys)} keys; at most {MOST_KEYS} fit."
            raise forms.ValidationError(msg)
        return keys

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("before") == "questions" and not cleaned.get("keys", True):
            self.add_error("keys", "Name the questions that the gate applies to.")
        return cleaned


class GateRowForm(EntryForm):
    """The effect on a duty where the rule of a row holds."""

    effect = one_of("Effect", Effect.choices)
    day = day_field("Binds from", "In place of the days of the question.")
    because = reason("Because")
    cites = Lines("Citations of this row", 1, most=80)

    @staticmethod
    def initial_of(entry: Entry) -> dict[str, Any]:
        return dict(entry) | {"day": entry.get("from")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("effect") == Effect.OUT and cleaned.get("day"):
            fault = "A row that turns duties off has no day from which they bind."
            self.add_error("day", fault)
        return cleaned


class GateRows(RuledRows):
    """The table of a gate: the first row whose rule holds counts."""

    form = GateRowForm
    prefix = "row"
    called, many = "row", "rows"

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        if not self.rows:
            self.head.add_error("rows", "A gate has at least one row.")
            return False
        *others, last = self.rows
        for row in others:
            if rule_trees.rule_of(row.rule.tree()) is None:
                row.form.add_error(None, NOT_COUNTED)
        if rule_trees.rule_of(last.rule.tree()):
            last.form.add_error(None, NO_END)
        return not any(row.form.errors for row in self.rows)

    def values(self) -> list[dict[str, Any]]:
        """The rows as a document has them."""
        return [
            filled(
                {
                    "when": row.when(self.whens),
                    "effect": row.form.cleaned_data["effect"],
                    "from": day.isoformat() if (day := row.form.cleaned_data["day"]) else None,
                    "because": row.form.cleaned_data["because"],
                    "cites": row.form.cleaned_data["cites"],
                }
            )
            for row in self.rows
        ]


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a document's part that are not empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


class GateEditor(RuledEditor):
    """The form of one gate; ``stands`` is the gate as it is now, None for a new one."""

    part = "gate"
    rows: GateRows

    def __init__(self, stands: Gate | None, *, facts: Iterable[Fact], data: Any = None) -> None:
        self.stands = stands
        gate = stands or {"rows": [{"effect": Effect.BINDS}]}
        named = [row.get("when") for row in gate["rows"]]
        before = "questions" if "questions" in gate or not stands else "all_but"
        initial = {"before": before, "keys": " ".join(gate.get(before, ()))}
        self.form = GateForm(data, initial=dict(gate) | initial)
        self.rows = GateRows(gate["rows"], offered=offered(facts, named), data=data)

    def values(self) -> dict[str, Any]:
        """The gate as a document has it, without its key."""
        data = self.form.cleaned_data
        found = {name: data[name] for name in ("title", "because", "cites")}
        found |= {data["before"]: data["keys"]}
        return filled(found | {"rows": self.rows.values()})

    def refuse(self, path: tuple[str | int, ...], fault: str) -> None:
        """Say what is wrong at a place of the gate, such as ("rows", 1, "when")."""
        form: forms.Form = self.form
        if path[:1] == ("rows",):
            form, path = self.rows.rows[int(path[1])].form, path[2:]
        name = str(path[0]) if path else ""
        name = "keys" if name in dict(BEFORE) else name
        form.add_error(name if name in form.fields else None, sentence(fault))
