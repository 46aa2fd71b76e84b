"""Fields that forms of several rooms ask alike."""

from typing import Any

from django import forms

from compliance.web.text import validate_line


def line_field(
    label: str, autocomplete: str, wanted: str, longest: int = 120, **more: Any
) -> forms.CharField:
    """A required line of text; ``wanted`` says what is missing, ``longest`` counts
    characters, and ``more`` are words of the field itself.
    """
    attrs = {"class": "input", "autocomplete": autocomplete}
    return forms.CharField(
        label=label,
        max_length=longest,
        validators=[validate_line],
        error_messages={"required": wanted},
        widget=forms.TextInput(attrs=attrs),
        **more,
    )
