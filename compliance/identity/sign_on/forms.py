"""Forms of sign-on."""

from typing import Any

from django import forms

from compliance.ground.web.fields import line_field
from compliance.identity.organisations.models import Organisation
from compliance.identity.sign_on import actions, saml_metadata
from compliance.identity.sign_on.choices import GIVEN
from compliance.identity.sign_on.models import SignOn

_ROLES = [(one.value, one.label) for one in GIVEN]


def _line(label: str, wanted: str, longest: int, **more: Any) -> forms.CharField:
    field = line_field(label, "off", wanted, longest, **more)
    field.widget.attrs["spellcheck"] = "false"
    return field


class _SettingsForm(forms.Form):
    """The fields that providers of each protocol share."""

    default_role = forms.ChoiceField(
        label="Role of people who sign in for the first time",
        required=False,
        choices=[("", "None: people join by invitation only"), *_ROLES],
        help_text="For people with an address in one of your domains.",
        widget=forms.Select(attrs={"class": "select"}),
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        self.found = SignOn.objects.filter(organisation=organisation).first()
        initial = {
            name: getattr(self.found, name)
            for name in self.base_fields
            if hasattr(self.found, name) and name != "secret"
        }
        super().__init__(data, initial=initial)
        self.order_fields([*(name for name in self.fields if name != "default_role")])


class ProviderForm(_SettingsForm):
    """A provider of OpenID Connect, and how it knows Attest."""

    issuer = _line(
        "Issuer",
        "Write the address of the provider.",
        300,
        help_text="The provider's address as it writes it itself, such as https://login.example.com/realms/staff.",
    )
    client_id = _line(
        "Client ID",
        "Write the client ID that the provider made for Attest.",
        255,
        help_text="Some providers call it application ID.",
    )
    secret = forms.CharField(
        label="Client secret",
        max_length=1000,
        strip=True,
        error_messages={"required": actions.MISSING},
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "off"}, render_value=False),
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        super().__init__(data, organisation=organisation)
        is_kept = bool(self.found and self.found.secret)
        self.fields["secret"].required = not is_kept
        self.fields["secret"].help_text = (
            "Attest keeps it encrypted and shows it to nobody. Leave it empty to keep it."
            if is_kept
            else "Attest keeps it encrypted and shows it to nobody."
        )
        if self.found and self.found.is_saml:
            self.initial["issuer"] = ""


class SamlForm(_SettingsForm):
    """A provider of SAML 2.0, by its metadata."""

    metadata_url = _line(
        "Address of the metadata",
        "",
        500,
        required=False,
        help_text="Attest reads it again every ten minutes, and so finds new certificates by itself.",
    )
    metadata = forms.CharField(
        label="Or the text of the metadata file",
        max_length=saml_metadata.MOST_BYTES,
        required=False,
        widget=forms.Textarea(attrs={"class": "input mono", "rows": 6, "spellcheck": "false"}),
    )
    trusts_addresses = forms.BooleanField(
        label="People cannot change their address at the provider by themselves",
        required=False,
        help_text="Then each address that the provider sends counts as confirmed, and you verify each domain again. Otherwise it has to send the attribute email_verified, too.",
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        super().__init__(data, organisation=organisation)
        is_kept = bool(self.found and self.found.certificates)
        self.fields["metadata"].help_text = (
            "Leave both empty to keep the present file."
            if is_kept
            else "If the provider has no such address, open its file and copy all of it."
        )


class DomainForm(forms.Form):
    """A domain of mail addresses."""

    name = _line("Domain", "Write a domain such as example.com.", 253)


class GroupForm(forms.Form):
    """A group of the provider, and its role here."""

    group = _line(
        "Group",
        "Write the group as the provider sends it.",
        200,
        help_text="As the provider sends it: of Entra ID that is the object ID.",
    )
    role = forms.ChoiceField(
        label="Role",
        choices=_ROLES,
        widget=forms.Select(attrs={"class": "select"}),
    )


class FindForm(forms.Form):
    """The address of somebody who looks for the provider of their organisation."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        error_messages={
            "required": "Write your email address.",
            "invalid": "Write your email address.",
        },
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )
