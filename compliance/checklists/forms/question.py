"""The whole form of a question: its words, its choices, the rows of its rule, together."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms

from compliance.checklists import citing, ruling
from compliance.checklists.checking import Cited
from compliance.checklists.choices import QuestionKind, Verdict
from compliance.checklists.forms.lines import area, line, one_of, short
from compliance.checklists.forms.parts import BOUNDS, QuestionForm, fresh_key
from compliance.checklists.models import Edition, Fact
from compliance.checklists.rules import choice_words

CHOICE_KINDS = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}
VERDICTS = [("", "No verdict"), *Verdict.choices[1:]]


class ChoiceForm(forms.Form):
    """One of the answers that are offered; without a label it goes."""

    key = short(required=False)
    label = line("Label", 200, required=False)
    help = area("Hint", 1)
    verdict = forms.ChoiceField(
        label="Verdict",
        choices=VERDICTS,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )


class ConditionForm(forms.Form):
    """A fact is, or is not, one of some choices."""

    test = one_of("Test", [("is", "is"), ("not", "is not")])
    picks = forms.MultipleChoiceField(
        label="Answers",
        required=False,
        widget=forms.SelectMultiple(attrs={"class": "select picks", "size": 4}),
        error_messages={"invalid_choice": "Choose answers that this edition offers."},
    )

    def __init__(self, *args: Any, offered: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["picks"]).choices = offered

    def clean_picks(self) -> list[str]:
        picks: list[str] = self.cleaned_data["picks"]
        if len({pick.split("=")[0] for pick in picks}) > 1:
            msg = "Choose answers of one fact; give another fact a row of its own."
            raise forms.ValidationError(msg)
        return picks


ChoiceRows = forms.formset_factory(ChoiceForm, extra=2, max_num=60, absolute_max=60)
ConditionRows = forms.formset_factory(
    ConditionForm, extra=1, max_num=20, absolute_max=20
)


class MatchForm(forms.Form):
    """How the conditions join; or that a rule with groups is dropped."""

    match = one_of("Match", [("all", "all"), ("any", "any")])
    drop_rule = forms.BooleanField(
        label="Drop this rule and build another", required=False
    )


class QuestionEditor:
    """The parts of the form of one question, and what they say together."""

    def __init__(
        self,
        question: dict[str, Any],
        *,
        edition: Edition,
        facts: Iterable[Fact],
        version: int,
        data: Any = None,
    ) -> None:
        self.question = question
        self.rows = ruling.rows_of(question["rule"])
        dates = question["applies_from"]
        keeps_dates = len(dates) > 1 or any(entry.get("when") for entry in dates)
        self.form = QuestionForm(
            data,
            edition=edition,
            keeps_dates=keeps_dates,
            initial=_initial(question) | {"version": version},
        )
        self.choices = ChoiceRows(data, prefix="choice", initial=question["choices"])
        offered = list(_offered(facts))
        known = {pick for _, picks in offered for pick, _ in picks}
        initial = _rule_initial(self.rows)
        if any(pick not in known for row in initial for pick in row["picks"]):
            self.rows, initial = None, []  # it names what is not asked: kept, not shown
        self.conditions = ConditionRows(
            data, prefix="if", initial=initial, form_kwargs={"offered": offered}
        )
        match = "any" if self.rows and self.rows.is_any else "all"
        self.match = MatchForm(data, initial={"match": match})
        self.unknown: list[Cited] = []
        self.guesses: list[str] = []

    @property
    def is_grouped(self) -> bool:
        """Whether the rule cannot be shown as rows."""
        return self.rows is None

    @property
    def parts(self) -> list[Any]:
        return [self.form, self.match, *self.choices, *self.conditions]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Id of a field and what is wrong with it."""
        rows = [*self.choices.non_form_errors(), *self.conditions.non_form_errors()]
        return [("main", fault) for fault in rows] + [
            (field.id_for_label, fault)
            for part in self.parts
            for field in part
            for fault in field.errors
        ]

    def is_valid(self, today: date) -> bool:
        valid = [
            self.form.is_valid(),
            self.match.is_valid(),
            self.choices.is_valid(),
            self.conditions.is_valid(),
        ]
        if not all(valid):
            return False
        return self._cites_are_known(today)

    def _cites_are_known(self, today: date) -> bool:
        cites = self.form.cleaned_data["cites"]
        found = citing.look_up(cites, today).values()
        self.unknown = [one for one in found if one.state == "unknown"]
        for one in self.unknown[:5]:
            self.guesses += citing.guesses(one.cite)
            fault = f"{one.cite} is not in the legal index."
            self.form.add_error("cites", fault)
        return not self.unknown

    def values(self) -> dict[str, Any]:
        """The question as a document has it."""
        values = self.form.values()
        rule = self.question["rule"]
        if self.rows is not None:
            rule = ruling.merged(rule, self._typed_rows())
        elif self.match.cleaned_data["drop_rule"]:
            rule = None
        return values | {"rule": rule, "choices": self._typed_choices(values["kind"])}

    def _typed_rows(self) -> ruling.Rows:
        conditions = []
        for row in self.conditions.cleaned_data:
            if picks := row.get("picks"):
                pairs = [pick.split("=", 1) for pick in picks]
                names = tuple(choice for _, choice in pairs)
                condition = ruling.Condition(pairs[0][0], names, row["test"] == "not")
                conditions.append(condition)
        is_any = self.match.cleaned_data["match"] == "any" and len(conditions) > 1
        return ruling.Rows(tuple(conditions), is_any)

    def _typed_choices(self, kind: str) -> list[dict[str, Any]]:
        if kind not in CHOICE_KINDS:
            return []
        typed = [row for row in self.choices.cleaned_data if row.get("label")]
        stands = {row["key"] for row in self.question["choices"]}
        taken = set(stands)
        rows, used = [], set[str]()
        for row in typed:
            key = row["key"]
            if key not in stands or key in used:
                key = fresh_key(row["label"], taken)
            taken.add(key)
            used.add(key)
            rows.append(
                {n: row[n] for n in ("label", "help", "verdict")} | {"key": key}
            )
        return rows


def _initial(question: dict[str, Any]) -> dict[str, Any]:
    dates = question["applies_from"]
    number = question["number"] or {}
    return (
        question
        | {"starts_on": dates[0]["date"] if dates else None}
        | {name: number.get(name) for name in ("unit", *BOUNDS)}
    )


def _offered(facts: Iterable[Fact]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    for fact in facts:
        choices = choice_words(fact.choices)
        yield fact.label, [(f"{fact.key}={k}", label) for k, label in choices.items()]


def _rule_initial(rows: ruling.Rows | None) -> list[dict[str, Any]]:
    return [
        {
            "test": "not" if one.is_not else "is",
            "picks": [f"{one.fact}={choice}" for choice in one.choices],
        }
        for one in (rows.conditions if rows else ())
    ]
