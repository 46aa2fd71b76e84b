"""The form for a new token."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from compliance.ground.web.text import validate_line
from compliance.identity.organisations.access import Permission
from compliance.identity.tokens.actions import LONGEST
from compliance.identity.tokens.scopes import OF_ORGANISATION, SCOPES

OWN, ORGANISATION = "own", "organisation"
LIVES = [(30, "30 days"), (90, "90 days"), (LONGEST, "A year")]


class TokenForm(forms.Form):
    """The name of a token, how long it lasts, whose it is, and what it may do."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        validators=[validate_line],
        help_text="The program that will hold it, such as “Nightly export”.",
        error_messages={"required": "Give the token a name."},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    whose = forms.ChoiceField(
        label="It acts",
        choices=[
            (OWN, "For me"),
            (ORGANISATION, "For the organisation, and reads only"),
        ],
        initial=OWN,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose for whom it acts."},
    )
    days = forms.TypedChoiceField(
        label="It lasts",
        choices=LIVES,
        coerce=int,
        initial=90,
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose one from the list."},
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=f"It may always {SCOPES[Permission.VIEW].lower()}.",
        error_messages={"invalid_choice": "Choose from those offered."},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        offered: Iterable[Permission],
        with_organisation: bool,
    ) -> None:
        """``offered`` are the scopes of the person's role."""
        super().__init__(data, auto_id="token-%s")
        scopes = self.fields["scopes"]
        if isinstance(scopes, forms.MultipleChoiceField):
            scopes.choices = [(one.value, SCOPES[one]) for one in offered if one != Permission.VIEW]
        if not with_organisation:
            del self.fields["whose"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        beyond = set(cleaned.get("scopes", ())) - OF_ORGANISATION
        if self.is_of_organisation and beyond:
            msg = "A token of the organisation can only read: untick the rights to write."
            self.add_error("scopes", msg)
        return cleaned

    @property
    def is_of_organisation(self) -> bool:
        return bool(self.cleaned_data.get("whose") == ORGANISATION)
