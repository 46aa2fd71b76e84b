"""What people may type about organisations and members."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from compliance.organisations.choices import Role
from compliance.organisations.fresh import FreshForm
from compliance.organisations.models import User
from compliance.web.text import validate_line


def _line(
    label: str, autocomplete: str, wanted: str, longest: int = 120
) -> forms.CharField:
    attrs = {"class": "input", "autocomplete": autocomplete}
    return forms.CharField(
        label=label,
        max_length=longest,
        validators=[validate_line],
        error_messages={"required": wanted},
        widget=forms.TextInput(attrs=attrs),
    )


class OrganisationForm(forms.Form):
    """The name of a new organisation."""

    name = _line(
        "Name of the organisation",
        "organization",
        "Write the name of the organisation.",
    )


class MemberForm(forms.Form):
    """Who to add. A browser must not offer the owner's own name and address."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        error_messages={"required": "Write the email address of the person."},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    name = _line("Name", "off", "Write the name of the person.")
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        initial=Role.CONTRIBUTOR,
        widget=forms.Select(attrs={"class": "select"}),
    )


class InviteForm(MemberForm):
    """Who to invite by mail. The ids differ: a page may hold both forms."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="invite-%s")


class PasswordForm(forms.Form):
    """The first password of a person who was invited."""

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

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first and again and first != again:
            self.add_error("password2", "The two passwords differ.")
        return cleaned


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)


class PasskeyForm(FreshForm):
    """What a passkey is called. Only the password opens the way to change passkeys."""

    name = _line("Name", "off", "Give the passkey a name.", 60)
    name.help_text = "Such as “Work laptop” or “Blue key”, to know it by."
    passkey = None  # type: ignore[assignment]


class RemoveForm(FreshForm):
    """The password, and nothing else."""

    passkey = None  # type: ignore[assignment]


class MadeForm(forms.Form):
    """What a device made, and its name, which was given the page before."""

    name = _line("Name", "off", "Give the passkey a name.", 60)
    said = forms.CharField(widget=forms.HiddenInput)


class AskForm(forms.Form):
    """The address that a form goes to, which a passkey is to sign for."""

    to = forms.RegexField(r"^/[!-~]{0,299}$")
