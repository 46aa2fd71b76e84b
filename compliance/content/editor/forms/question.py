"""The whole form of a question: its words, choices, rule, days and law, together."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from compliance.content.applicability import rule_trees
from compliance.content.checklists.actions import UnsoundError
from compliance.content.checklists.choices import QuestionKind, Verdict
from compliance.content.checklists.form_lines import area, line, sentence, short
from compliance.content.checklists.limits import MOST_CHOICES
from compliance.content.checklists.models import Edition, Fact
from compliance.content.checklists.rating import repeated
from compliance.content.editor.forms.parts import (
    BOUNDS,
    QuestionForm,
    fresh_key,
    number_of,
)
from compliance.content.editor.marks import marks
from compliance.content.legal_index import citing
from compliance.content.legal_index.cited import Cited
from compliance.content.rule_builder.rule import RuleEditor, offered
from compliance.content.rule_builder.tables import DatesEditor, UntilEditor, focus_on
from compliance.ground.web.fields import FigureField
from compliance.proof.audit.refusals import RefusedError

CHOICE_KINDS = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}
KEY = re.compile(r"[\w-]{1,40}", re.ASCII)
VERDICTS = [("", "No verdict"), *Verdict.choices[1:]]


MOST_LEVEL, MOST_POINTS = 9, 10_000


def _figure(label: str, most: int) -> forms.FloatField:
    return FigureField(label=label, required=False, min_value=0, max_value=most)


class ChoiceForm(forms.Form):
    """One of the answers that are offered; without a label it goes.

    A framework may rate it: level and points together.
    """

    key = short(required=False)
    label = line("Label", 200, required=False)
    help = area("Hint", 1)
    verdict = forms.ChoiceField(
        label="Verdict",
        choices=VERDICTS,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )
    level = _figure("Level", MOST_LEVEL)
    points = _figure("Points", MOST_POINTS)
    contested = line("Where sources differ", 300, required=False)
    higher = _figure("Higher level of the others", MOST_LEVEL)

    def clean_level(self) -> int | None:
        return _whole(self.cleaned_data["level"])

    def clean_higher(self) -> int | None:
        return _whole(self.cleaned_data["higher"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, other in (("level", "points"), ("points", "level")):
            if cleaned.get(name) is None and cleaned.get(other) is not None:
                self.add_error(name, "A rating has a level and points.")
        level, higher = cleaned.get("level"), cleaned.get("higher")
        if higher is not None and (not cleaned.get("contested") or higher <= (level or 0)):
            fault = "Write a level above the one that counts, and where sources differ."
            self.add_error("higher", fault)
        if cleaned.get("contested") and cleaned.get("level") is None:
            self.add_error("contested", "Write level and points, too.")
        return cleaned

    @property
    def has_rating(self) -> bool:
        """Whether its fields for a rating hold something, or were refused."""
        names = ("level", "points", "contested", "higher")
        return any(self[n].errors or self[n].value() not in (None, "") for n in names)

    def rating(self) -> dict[str, Any]:
        """The framework's rating of it, as a document has it."""
        data = self.cleaned_data
        if data["level"] is None:
            return {}
        found = {"level": data["level"], "points": number_of(data["points"])}
        said: dict[str, Any] = {"contested": data["contested"]} if data["contested"] else {}
        if data["higher"] is not None:
            said["higher"] = data["higher"]
        return {"rating": found | said}


def _whole(level: float | None) -> int | None:
    if level is not None and not level.is_integer():
        msg = "A level is a whole number."
        raise forms.ValidationError(msg)
    return None if level is None else int(level)


ChoiceRows = forms.formset_factory(ChoiceForm, extra=2, max_num=MOST_CHOICES, absolute_max=MOST_CHOICES)
TOO_MANY = f"A question has at most {MOST_CHOICES} choices. Take some out to save it."
NOT_WHOLE = "The choices arrived incomplete; load the page again."


class QuestionEditor:
    """The parts of the form of one question, and what they say together."""

    def __init__(
        self,
        question: dict[str, Any],
        *,
        edition: Edition,
        facts: Iterable[Fact],
        data: Any = None,
    ) -> None:
        """``question`` as ``content.question_values`` has it."""
        self.question = question
        dates = question["applies_from"]
        self.form = QuestionForm(
            data,
            edition=edition,
            bound=question["binds"],
            initial=_initial(question) | {"seen": marks(question)},
        )
        self.choices = ChoiceRows(
            data,
            prefix="choice",
            initial=[c | c.get("rating", {}) for c in question["choices"]],
            error_messages={
                "too_many_forms": TOO_MANY,
                "missing_management_form": NOT_WHOLE,
            },
        )
        ends = question.get("applies_until") or []
        named = [question["rule"], *(e.get("when") for e in (*dates, *ends))]
        offers = offered(facts, named)
        self.rule = RuleEditor(question["rule"], prefix="if", offered=offers, data=data)
        self.dates = DatesEditor(dates, offered=offers, data=data)
        self.until = UntilEditor(ends, offered=offers, data=data)
        self.unknown: list[Cited] = []
        self.found: list[Cited] = []

    @property
    def parts(self) -> list[forms.BaseForm]:
        """Every form of it, in the order of the page."""
        counted = self.choices.management_form
        days = [*self.dates.parts, *self.until.parts]
        rows = [*self.choices, *self.rule.parts, *days]
        return [self.form, counted, *rows]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Id of a field and what is wrong with it."""
        return [("main", str(fault)) for fault in self.choices.non_form_errors()] + [
            (field.id_for_label or field.auto_id, str(fault))
            for part in self.parts
            for field in part
            for fault in field.errors
        ]

    def refuse(self, path: tuple[str | int, ...], reason: str) -> None:
        """Say what is wrong at a place of the question, such as ("rule",)."""
        said = sentence(reason)
        days = {"applies_from": self.dates, "applies_until": self.until}
        if table := days.get(str(path[0])):
            table.refuse(int(path[1]), said)
        else:
            self.rule.head.add_error("rows", said)

    def refuse_all(self, refused: RefusedError) -> None:
        """Say why a change was refused, each reason at its place."""
        if not isinstance(refused, UnsoundError):
            self.form.add_error(None, f"{refused}.")
            return
        for place, reason in refused.faults:
            self.refuse(place, reason)

    def focus(self, name: str) -> None:
        """Let the page open at a field, by its name in the form."""
        focus_on(self.parts, name)

    @property
    def cites(self) -> list[str]:
        """The citations as they stand on the page; the form may be refused."""
        value = self.form["cites"].value() or []
        lines = value.splitlines() if isinstance(value, str) else value
        return list(dict.fromkeys(filter(None, (" ".join(c.split()) for c in lines))))

    def is_valid(self, today: date) -> bool:
        valid = [
            self.form.is_valid(),
            self.choices.is_valid(),
            self.rule.is_valid(),
            self.dates.is_valid(),
            self.until.is_valid(),
        ]
        # what was typed for the law is looked up whatever else is wrong
        return all([self._cites_are_known(today), *valid]) and self._choices_differ()

    def _choices_differ(self) -> bool:
        label = repeated(row.cleaned_data["label"] for row in self.offered)
        same = [row for row in self.offered if row.cleaned_data["label"] == label]
        for row in same[1:]:
            row.add_error("label", "Another choice reads the same.")
        return not same

    def _cites_are_known(self, today: date) -> bool:
        cleaned = self.form.cleaned_data
        if typed := cleaned.get("cite", ""):
            self.take(typed, today)
        found = citing.look_up(cleaned.get("cites", []), today).values()
        self.unknown = [one for one in found if one.state == "unknown"]
        for one in self.unknown[:5]:
            fault = f"{one.cite} is not in the legal index."
            self.form.add_error("cites", fault)
        if self.unknown and not self.found:
            _, self.found = citing.search(self.unknown[0].cite, today)
        return not self.form.errors

    def take(self, typed: str, today: date) -> None:
        """Take up a citation that was typed whole; else say what it may mean."""
        exact, self.found = citing.search(typed, today)
        cites = self.form.cleaned_data.get("cites")
        if exact and cites is not None:
            self.form.cleaned_data["cites"] = list(dict.fromkeys([*cites, exact.cite]))
            return
        fault = f"“{typed}” is not in the legal index."
        if self.found:
            fault = f"“{typed}” has not been added yet: choose one of those below."
        self.form.add_error("cite", fault)

    def values(self) -> dict[str, Any]:
        """The question as a document has it."""
        values = self.form.values()
        return values | {
            "applies_until": self.until.values() or None,
            "rule": self.typed_rule(),
            "applies_from": self.dates.values(),
            "choices": self._typed_choices(),
        }

    def typed_rule(self) -> dict[str, Any] | None:
        """The rule as it was typed: the very one that stood where it says the same."""
        return rule_trees.kept(self.rule.tree(), [self.question["rule"]])

    @property
    def offered(self) -> list[ChoiceForm]:
        """The rows of the choices that count: those with a label, of a kind with some."""
        if self.form.cleaned_data["kind"] not in CHOICE_KINDS:
            return []
        return [row for row in self.choices if row.cleaned_data.get("label")]

    @property
    def removed(self) -> list[str]:
        """Labels of the choices that stand and that the form would take away."""
        labels = {row["key"]: row["label"] for row in self.question["choices"]}
        left = {row.cleaned_data["key"] for row in self.offered}
        posted = [row.cleaned_data.get("key") for row in self.choices]
        return [labels[key] for key in posted if key in labels and key not in left]

    def _typed_choices(self) -> list[dict[str, Any]]:
        """A row keeps the key that it came with, for answers and translations go by it."""
        posted = {row.cleaned_data["key"] for row in self.offered}
        taken = posted | {row["key"] for row in self.question["choices"]}
        rows, used = [], set[str]()
        for form in self.offered:
            row = form.cleaned_data
            key = row["key"]
            said = {n: row[n] for n in ("label", "help", "verdict")} | form.rating()
            if not key:
                key = self._key_of(said, posted | used)
            if not KEY.fullmatch(key) or key in used:
                key = fresh_key(row["label"], taken)
            taken.add(key)
            used.add(key)
            rows.append({"key": key} | said)
        return rows

    def _key_of(self, said: dict[str, Any], others: set[str]) -> str:
        """The key of a new row that stands: its first save was made, its reply was lost."""
        for row in self.question["choices"]:
            if row["key"] not in others and row == {"key": row["key"]} | said:
                return str(row["key"])
        return ""


def _initial(question: dict[str, Any]) -> dict[str, Any]:
    number = question["number"] or {}
    return question | {name: number.get(name) for name in ("unit", *BOUNDS)}
