"""The form of a rule: its conditions and groups as rows."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms

from compliance.content.applicability import rule_trees
from compliance.content.applicability.rule_trees import Condition, Group, Row, Rule
from compliance.content.applicability.rules import choice_words, fault_of
from compliance.content.checklists.form_lines import one_of
from compliance.content.checklists.limits import MOST_ROWS
from compliance.content.checklists.models import Fact

JOINS = [("all", "all of"), ("any", "any of"), ("none", "none of")]
DEEPEST_SHOWN = 5
NOT_WHOLE = "The rule arrived incomplete; load the page again."

Offered = list[tuple[str, str, list[tuple[str, str]]]]
"""Key and label of a fact, with what can be picked of it: "fact=choice" and its label."""


def offered(facts: Iterable[Fact], rules: Iterable[Rule | None]) -> Offered:
    """Facts and answers that conditions can pick: all of them, and those that the rules
    name besides.
    """
    found = {
        fact.key: (
            fact.label,
            {f"{fact.key}={key}": word for key, word in choice_words(fact.choices).items()},
        )
        for fact in facts
    }
    named = {pick for rule in rules for pick in _picks(rule_trees.tree_of(rule))}
    for pick in sorted(named):
        key = pick.split("=")[0]
        _, picks = found.setdefault(key, (f"{key} (not asked by this edition)", {}))
        picks.setdefault(pick, f"{pick} (not asked by this edition)")
    return [(key, label, list(picks.items())) for key, (label, picks) in found.items()]


def _picks(group: Group) -> Iterable[str]:
    for row in rule_trees.rows_of(group):
        if isinstance(row.part, Condition):
            yield from (f"{row.part.fact}={choice}" for choice in row.part.choices)


class RowForm(forms.Form):
    """A condition: a fact is, or is not, one of some choices. Or the head of a group."""

    depth = forms.IntegerField(min_value=0, max_value=MOST_ROWS, widget=forms.HiddenInput)
    join = forms.ChoiceField(
        label="Group",
        required=False,
        choices=[("", ""), *JOINS],
        widget=forms.Select(attrs={"class": "select"}),
    )
    fact = forms.ChoiceField(
        label="Fact",
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose a fact that this edition asks for."},
    )
    test = one_of("Test", [("is", "is"), ("not", "is not")])
    picks = forms.MultipleChoiceField(
        label="Answers",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose answers of the fact of this row."},
    )

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number = ""
        self.is_group = bool(self["join"].value())
        if self.is_group:
            cast(forms.ChoiceField, self.fields["join"]).choices = JOINS
            del self.fields["fact"], self.fields["test"], self.fields["picks"]
        else:
            self.fields["join"].widget = forms.HiddenInput()
            self._offer(offered)

    def _offer(self, offered: Offered) -> None:
        """Let the row pick a fact, and answers of the one that is chosen."""
        facts = [("", "Choose a fact"), *((key, label) for key, label, _ in offered)]
        cast(forms.ChoiceField, self.fields["fact"]).choices = facts
        fact = self["fact"].value()
        picks = next((picks for key, _, picks in offered if key == fact), [])
        cast(forms.MultipleChoiceField, self.fields["picks"]).choices = picks

    @property
    def level(self) -> int:
        """How far the row is set in."""
        depth = str(self["depth"].value())
        return min(int(depth), DEEPEST_SHOWN) if re.fullmatch(r"\d{1,2}", depth) else 0

    @property
    def may_hold_groups(self) -> bool:
        return self.level < rule_trees.MOST_GROUPS - 1

    def clean_picks(self) -> list[str]:
        picks: list[str] = self.cleaned_data["picks"]
        if self["fact"].value() and not picks:
            msg = "Choose one or more answers, or remove this condition."
            raise forms.ValidationError(msg)
        return picks

    def row(self) -> Row | None:
        """The typed condition; None for one without a fact."""
        data = self.cleaned_data
        if self.is_group:
            return Row(data["depth"], Group(data["join"]))
        if not data["picks"]:
            return None
        pairs = [pick.split("=", 1) for pick in data["picks"]]
        names = tuple(choice for _, choice in pairs)
        return Row(data["depth"], Condition(pairs[0][0], names, data["test"] == "not"))


class RuleHeadForm(forms.Form):
    """How the rows of a rule join, and how many there are."""

    match = one_of("Conditions that must hold", JOINS)
    rows = forms.IntegerField(
        min_value=0,
        max_value=MOST_ROWS,
        widget=forms.HiddenInput,
        error_messages={
            "required": NOT_WHOLE,
            "invalid": NOT_WHOLE,
            "max_value": f"A rule has at most {MOST_ROWS} conditions and groups.",
        },
    )


class RuleEditor:
    """One rule as a form; ``prefix`` is its area on the page."""

    def __init__(
        self,
        rule: Rule | None,
        *,
        prefix: str,
        offered: Offered,
        data: Any = None,
    ) -> None:
        tree = rule_trees.tree_of(rule)
        stands = list(rule_trees.rows_of(tree))
        self.prefix = prefix
        self._known = _known(offered)
        self.head = RuleHeadForm(data, prefix=prefix, initial={"match": tree.join, "rows": len(stands)})
        claimed = count_of(data or {}, prefix, MOST_ROWS)
        sent = sum(f"{prefix}-{at}-depth" in (data or {}) for at in range(claimed))
        total = len(stands) if data is None else sent
        self._is_cut = data is not None and sent < claimed
        self.rows = [
            RowForm(
                data,
                prefix=f"{prefix}-{at}",
                offered=offered,
                initial=_row_initial(stands[at]) if data is None else None,
            )
            for at in range(total)
        ]
        self._number()

    def _number(self) -> None:
        """Rows are called 1, 2, 2.1: a group and what is in it."""
        counted: list[int] = []
        for row in self.rows:
            counted = counted[: row.level + 1]
            counted += [0] * (row.level + 1 - len(counted))
            counted[row.level] += 1
            row.number = ".".join(map(str, counted))

    @property
    def parts(self) -> list[forms.Form]:
        return [self.head, *self.rows]

    def is_valid(self) -> bool:
        if [part for part in self.parts if not part.is_valid()]:
            return False
        if self._is_cut:
            self.head.add_error("rows", NOT_WHOLE)
            return False
        rule = rule_trees.rule_of(self.tree())
        if rule and (fault := fault_of(rule, self._known)):
            self.head.add_error("rows", f"The rule cannot be saved: {fault}.")
        return self.head.is_valid()

    def tree(self) -> Group:
        """The typed rule. Rows without a fact and groups without a condition go."""
        rows = [row for part in self.rows if (row := part.row())]
        return rule_trees.group_of(self.head.cleaned_data["match"], rows)


def _known(offers: Offered) -> dict[str, set[str]]:
    """Facts and choices that can be picked, those that are not asked any more, too."""
    return {fact: {pick.partition("=")[2] for pick, _ in picks} for fact, _, picks in offers}


def count_of(data: Any, prefix: str, most: int) -> int:
    """How many rows a posted form says an area has."""
    count = data.get(f"{prefix}-rows", "")
    return min(int(count), most) if re.fullmatch(r"\d{1,3}", count) else 0


def _row_initial(row: Row) -> dict[str, Any]:
    part = row.part
    if isinstance(part, Group):
        return {"depth": row.depth, "join": part.join}
    picks = [f"{part.fact}={choice}" for choice in part.choices]
    test = "not" if part.is_not else "is"
    found = {"depth": row.depth, "join": "", "fact": part.fact, "test": test}
    return found | {"picks": picks}
