"""What people may type about organisations and members."""

from django import forms

from compliance.organisations.choices import Role
from compliance.web.text import validate_line


def _line(label: str, autocomplete: str) -> forms.CharField:
    attrs = {"class": "input", "autocomplete": autocomplete}
    return forms.CharField(
        label=label,
        max_length=120,
        validators=[validate_line],
        widget=forms.TextInput(attrs=attrs),
    )


class OrganisationForm(forms.Form):
    """The name of a new organisation."""

    name = _line("Name of the organisation", "organization")


class MemberForm(forms.Form):
    """Who to add. A browser must not offer the owner's own name and address."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    name = _line("Name", "off")
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        initial=Role.CONTRIBUTOR,
        widget=forms.Select(attrs={"class": "select"}),
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)
