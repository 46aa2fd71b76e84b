"""The form for a new webhook."""

from collections.abc import Mapping
from typing import Any

from django import forms

from compliance.ground.web.outgoing import LONGEST_URL
from compliance.proof.audit.event_types import Topic


class WebhookForm(forms.Form):
    """The address to call, and the events it wants."""

    address = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        help_text="Begins with https://. The trail keeps it, so put no secret in it.",
        error_messages={"required": "Give the address to call."},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "url"}),
    )
    topics = forms.MultipleChoiceField(
        label="Kinds of events to send",
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one kind of event.",
            "invalid_choice": "Choose from those offered.",
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="webhook-%s")
