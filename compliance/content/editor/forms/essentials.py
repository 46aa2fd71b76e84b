"""The form of the short path: for whom it is, and which questions it begins with."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms

from compliance.content.applicability import rule_trees
from compliance.content.checklists.form_lines import sentence
from compliance.content.checklists.models import Fact
from compliance.content.editor.forms.gates import reason
from compliance.content.rule_builder.rule import RuleEditor, offered

NO_RULE = "Give it a condition: without one it would be the short path for everybody."


class EssentialsForm(forms.Form):
    """The reason of a short path, and its questions."""

    because = reason("Why these organisations may begin with less")
    questions = forms.MultipleChoiceField(
        label="Essential questions",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one question.",
            "invalid_choice": "%(value)s is not a question of this edition.",
        },
    )

    def __init__(self, data: Any = None, *, keys: Iterable[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["questions"])
        field.choices = [(key, key) for key in keys]


class EssentialsEditor:
    """The form of an edition's short path; ``stands`` is None where it has none."""

    def __init__(
        self,
        stands: Mapping[str, Any] | None,
        *,
        facts: Iterable[Fact],
        keys: Iterable[str],
        data: Any = None,
    ) -> None:
        self.stands = stands
        rule = stands["when"] if stands else None
        self.form = EssentialsForm(data, keys=keys, initial=dict(stands or {}))
        self.rule = RuleEditor(rule, prefix="if", offered=offered(facts, [rule]), data=data)

    @property
    def is_bound(self) -> bool:
        return self.form.is_bound

    @property
    def parts(self) -> list[forms.Form]:
        """Every form of it, in the order of the page."""
        return [self.form, *self.rule.parts]

    @property
    def chosen(self) -> set[str]:
        """The keys that are ticked, saved or not."""
        return set(self.form["questions"].value() or ())

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Id of a field and what is wrong with it."""
        own = [
            (field.id_for_label if field.name == "because" else field.name, str(fault))
            for field in self.form
            for fault in field.errors
        ]
        rule = [
            ("if-part", str(fault))
            for part in self.rule.parts
            for errors in part.errors.values()
            for fault in errors
        ]
        return [*own, *rule]

    def is_valid(self) -> bool:
        is_whole = all([self.form.is_valid(), self.rule.is_valid()])
        if is_whole and rule_trees.rule_of(self.rule.tree()) is None:
            self.rule.head.add_error("rows", NO_RULE)
            return False
        return is_whole

    def values(self) -> dict[str, Any]:
        """The short path as a document has it, its questions in their order."""
        data, stood = self.form.cleaned_data, self.stands
        keys = cast(forms.MultipleChoiceField, self.form.fields["questions"]).choices
        ticked = set(data["questions"])
        return {
            "because": data["because"],
            "when": rule_trees.kept(self.rule.tree(), [stood["when"]] if stood else []),
            "questions": [key for key, _ in cast(Any, keys) if key in ticked],
        }

    def refuse(self, fault: str) -> None:
        """Say what is wrong with its rule."""
        self.rule.head.add_error("rows", sentence(fault))
