"""Forms for organisations and members."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from compliance.ground.web.fields import DayField, day_input, line_field
from compliance.identity.organisations.choices import Among, Role
from compliance.identity.organisations.models import (
    CHECKED_PERCENT,
    IDLE_MINUTES,
    SESSION_HOURS,
    AccessPolicy,
    Invitation,
    User,
)


class OrganisationForm(forms.Form):
    """The name of a new organisation."""

    name = line_field(
        "Name of the organisation",
        "organization",
        "Write the name of the organisation.",
    )


class InviteForm(forms.Form):
    """The person to invite. A browser must not offer the owner's own name and address."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        error_messages={"required": "Write the email address of the person."},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    name = line_field("Name", "off", "Write the name of the person.")
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        initial=Role.CONTRIBUTOR,
        widget=forms.Select(attrs={"class": "select"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="invite-%s")


class JoinForm(forms.Form):
    """Name and first password of an invited person who has no account."""

    name = line_field("Your name", "name", "Write your name.")
    password1 = forms.CharField(
        label="Password",
        strip=False,
        max_length=4096,
        error_messages={"required": "Choose a password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        max_length=4096,
        error_messages={"required": "Type the password once more."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None, *, invitation: Invitation) -> None:
        super().__init__(data, initial={"name": invitation.name})
        self.email = invitation.email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first:
            person = User(email=self.email, name=cleaned.get("name", ""))
            try:
                validate_password(first, person)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        if first and again and first != again:
            self.add_error("password2", "The two passwords differ.")
        return cleaned


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )


class BackForm(forms.Form):
    """The event of a removal, to be shown or undone."""

    removed = forms.IntegerField(min_value=1, max_value=2**31)


def _number(label: str, bounds: tuple[int, int], unit: str) -> forms.IntegerField:
    least, most = bounds
    said = f"From {least} to {most} {unit}."
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=said,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Write a number {said[0].lower()}{said[1:]}",
        ),
        widget=forms.NumberInput(attrs={"class": "input input-s"}),
    )


def _among(label: str, everybody: str, *, help_text: str) -> forms.ChoiceField:
    choices = [
        (value, everybody if value == Among.ROLE else words)
        for value, words in Among.choices
        if everybody == Among.ROLE.label or value != Among.LEADERS
    ]
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        widget=forms.Select(attrs={"class": "select"}),
    )


class PolicyForm(forms.Form):
    """The policy of an organisation."""

    second_factor_from = DayField(
        label="Second factor required from",
        required=False,
        help_text="A passkey or an app with codes. Leave it empty to require none.",
        error_messages={"invalid": "Write a day."},
        widget=day_input("input input-s"),
    )
    other_providers = forms.BooleanField(
        label="Let members in by the providers of other organisations",
        required=False,
        help_text="Members with an address of such an organisation's verified domain come in"
        " without a password of their own: whoever runs its provider can come in as them. It"
        " counts for providers that have their domain by now; for a later one, untick it, save,"
        " and tick it again.",
    )
    idle_minutes = _number("Minutes without use", IDLE_MINUTES, "minutes")
    session_hours = _number("Hours in all", SESSION_HOURS, "hours")
    exports = _among(
        "Export files",
        Among.ROLE.label,
        help_text="Bundles, packs, spreadsheets of answers, the trail as a file.",
    )
    shares = _among(
        "Let auditors in and share reports",
        Among.LEADERS.label,
        help_text="Seats, their requests, and share links.",
    )
    invites = _among(
        "Invite people",
        Among.LEADERS.label,
        help_text="Owners invite at any time.",
    )
    checked_percent = _number("Share of questions to be checked", CHECKED_PERCENT, "per cent")

    def __init__(self, data: Any = None, *, policy: AccessPolicy) -> None:
        initial = {name: getattr(policy, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        for one in self.fields.values():
            one.show_hidden_initial = True

    @property
    def changes(self) -> dict[str, Any]:
        """Of a valid form: the rules that differ from those that the page showed.

        Another owner may have changed the rest since.
        """
        return {name: self.cleaned_data[name] for name in self.changed_data}
