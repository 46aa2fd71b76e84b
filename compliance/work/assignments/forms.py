"""Forms to ask someone for answers, and to give a question back."""

from collections.abc import Iterable
from typing import Any

from django import forms

from compliance.ground.web.fields import DayField
from compliance.ground.web.text import validate_line, validate_text
from compliance.identity.organisations.models import User
from compliance.work.assessments.choices import NO_OWNER
from compliance.work.assessments.values import line_ends
from compliance.work.assignments.actions import Newcomer

LONGEST = 2000
"""Characters that stand in a mail."""


def _person(label: str, nobody: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", nobody)],
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={
            "invalid_choice": NO_OWNER,
            "required": "Choose whom you ask.",
        },
    )


def _words(label: str, rows: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": rows, "dir": "auto"}),
        **more,
    )


class PeopleForm(forms.Form):
    """A form with a person to choose in its field ``to``."""

    def __init__(self, data: Any = None, *, people: Iterable[User]) -> None:
        super().__init__(data)
        self.people = {person.pk: person for person in people}
        choices = [(pk, str(person)) for pk, person in self.people.items()]
        self.fields["to"].choices += choices  # type: ignore[attr-defined]

    def clean_to(self) -> User | None:
        return self.people.get(self.cleaned_data["to"])


class AssignForm(PeopleForm):
    """The person to ask, the due day, and the words of the request."""

    to = _person("A member of this organisation", "Choose")
    email = forms.EmailField(
        label="Email",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=120,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    due_on = DayField(label="Due", required=False)
    message = _words("Message", 3, required=False)
    take_over = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, people: Iterable[User], may_invite: bool) -> None:
        super().__init__(data, people=people)
        self.may_invite = may_invite
        has_email = bool(data and data.get("email"))  # a page of before says why not
        self.fields["to"].required = not (may_invite or has_email)

    @property
    def invites(self) -> bool:
        """Whether someone is to be invited by a person who may."""
        return self.may_invite and bool(self.cleaned_data["email"])

    def clean_message(self) -> str:
        return line_ends(self.cleaned_data["message"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, name = cleaned.get("email"), cleaned.get("name")
        if "to" in self.errors or "email" in self.errors:
            return cleaned
        if not cleaned.get("to") and not email:
            self.add_error("to", "Choose whom you ask, or write an email address.")
        elif cleaned.get("to") and email:
            self.add_error("to", "Either choose a person or invite one.")
        elif email and not name and "name" not in self.errors:
            self.add_error("name", "Write the name of the person you invite.")
        return cleaned

    def wishes(self) -> dict[str, Any]:
        """Arguments for the action."""
        given = self.cleaned_data
        newcomer = Newcomer(given["email"], given["name"])
        return {
            "to": given["to"] or newcomer,
            "due_on": given["due_on"],
            "message": given["message"],
            "take_over": given["take_over"],
        }


class HandBackForm(PeopleForm):
    """Why one is not the right person, and who may be."""

    to = _person("Who is the right person?", "I do not know")
    reason = _words(
        "Why are you not the right person?",
        3,
        error_messages={"required": "Give the reason, so that it reaches the right person."},
    )

    def clean_reason(self) -> str:
        return line_ends(self.cleaned_data["reason"])
