"""Forms for roles: their names, and the fact that decides who has one."""

from typing import Any, cast

from django import forms

from compliance.content.checklists.form_lines import line, one_of
from compliance.content.checklists.models import Edition
from compliance.content.editor.forms.parts import fresh_key

MOST_NAME = 200


class RolesForm(forms.Form):
    """Every role of an edition by its name, one more, and the fact.

    The key of a role is that of the answer to the fact which makes someone it.
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    role_fact = one_of("Fact that decides the role", ())
    answer = one_of("Answer that gives the role", ())
    name = line("Name of the new role", MOST_NAME, required=False)

    def __init__(self, data: Any = None, *, edition: Edition) -> None:
        initial = {"version": edition.version, "role_fact": edition.role_fact}
        super().__init__(data, initial=initial)
        self.edition = edition
        facts = {fact.key: fact for fact in edition.facts.all()}
        found = facts.get(edition.role_fact)
        choices = found.choices if found else []
        self.answers = {choice["key"]: choice["label"] for choice in choices}
        offered = {fact.key: fact.label for fact in facts.values() if fact.choices}
        standing = {"": "", edition.role_fact: edition.role_fact}
        self._offer("role_fact", standing | {"": "No fact"} | offered)
        self._offer("answer", {"": "Choose"} | self.free)
        if not edition.role_fact or not self.free:
            del self.fields["answer"]
        if edition.role_fact and not self.free:
            del self.fields["name"]
        for key, name in edition.roles.items():
            self.fields[f"role-{key}"] = line(f"Role “{name}”", MOST_NAME)
            self.initial[f"role-{key}"] = name
            self.fields[f"drop-{key}"] = forms.BooleanField(required=False)

    def _offer(self, name: str, choices: dict[str, str]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices, field.required = list(choices.items()), False

    @property
    def free(self) -> dict[str, str]:
        """The answers to the fact that make nobody a role yet."""
        roles = self.edition.roles
        return {key: label for key, label in self.answers.items() if key not in roles}

    @property
    def standing_fact(self) -> str:
        """The fact that decides the role as it stands, whatever was typed."""
        offered = cast(forms.ChoiceField, self.fields["role_fact"]).choices
        return str(dict(cast(Any, offered))[self.edition.role_fact])

    @property
    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField, str]]:
        """Each role: key, name, whether it goes, and the answer that makes someone it."""
        return [
            (key, self[f"role-{key}"], self[f"drop-{key}"], self.answers.get(key, ""))
            for key in self.edition.roles
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_other = cleaned.get("role_fact") != self.edition.role_fact
        name, answer = cleaned.get("name"), cleaned.get("answer")
        if is_other and (name or answer):
            self.add_error("name", "Save the other fact first: it brings its own roles.")
        elif name and not answer and "answer" in self.fields:
            self.add_error("answer", "Choose the answer that gives this role.")
        elif not self.errors:
            self._check(cleaned)
        return cleaned

    def _check(self, cleaned: dict[str, Any]) -> None:
        names = list(self.values()["roles"].values())
        if twice := [name for name in names if names.count(name) > 1]:
            self.add_error(None, f"Two roles are called {twice[0]}.")
        if len(names) > 1 and not cleaned["role_fact"] and not self.edition.role_fact:
            fault = "More than one role needs a fact that decides which one a person has."
            self.add_error("role_fact", fault)

    def values(self) -> dict[str, Any]:
        """The fact, and the roles by their keys."""
        data, roles = self.cleaned_data, {}
        for key in self.edition.roles:
            if not data[f"drop-{key}"]:
                roles[key] = data[f"role-{key}"]
        answer, name = data.get("answer", ""), data.get("name", "")
        if answer or name:
            key = answer or fresh_key(name, self.edition.roles)
            roles[key] = name or self.answers[answer]
        return {"role_fact": data["role_fact"], "roles": roles}
