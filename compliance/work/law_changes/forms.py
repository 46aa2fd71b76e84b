"""The form for a provision of the legal index."""

from typing import Any

from django import forms

from compliance.content.legal_index.choices import ProvisionStatus
from compliance.content.legal_index.models import Provision
from compliance.ground.web.fields import DayField
from compliance.ground.web.text import validate_line, validate_text


class ProvisionForm(forms.Form):
    """How a provision stands, and why it is changed."""

    status = forms.ChoiceField(
        label="Status",
        choices=ProvisionStatus.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    applies_from = DayField(
        label="Applies from",
        error_messages={"required": "Give the day from which it applies."},
    )
    successor = forms.CharField(
        label="Followed by",
        help_text="The citation that replaces it, as the index writes it.",
        required=False,
        max_length=80,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    title = forms.CharField(
        label="Title",
        error_messages={"required": "Write the title."},
        max_length=300,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    url = forms.URLField(
        label="Official text",
        error_messages={"required": "Give the address of the official text."},
        max_length=300,
        assume_scheme="https",
        validators=[validate_line],
        widget=forms.URLInput(attrs={"class": "input"}),
    )
    reason = forms.CharField(
        label="Why it changes",
        help_text="The publication and its place. It stays in the trail.",
        max_length=2000,
        error_messages={"required": "Say why it changes: what was published, and where."},
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    @classmethod
    def of(cls, row: Provision, seen: str) -> "ProvisionForm":
        """The form with what stands."""
        names = ("status", "applies_from", "title", "url")
        values = {name: getattr(row, name) for name in names}
        successor = row.successor.cite if row.successor else ""
        return cls(initial=values | {"successor": successor, "seen": seen})

    def values(self) -> dict[str, Any]:
        """The fields of the provision, as the legal index writes them."""
        names = ("status", "title", "url", "successor")
        day = self.cleaned_data["applies_from"].isoformat()
        return {name: self.cleaned_data[name] for name in names} | {"applies_from": day}
