"""Fields that forms of several rooms ask alike."""

from typing import Any, ClassVar

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


def day_input(style: str = "input") -> forms.DateInput:
    """The date field of the browser; it sends and receives ISO 8601."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"class": style, "type": "date"})


class DayField(forms.DateField):
    """A day; anything else is refused with an example."""

    widget = day_input()
    default_error_messages: ClassVar = {"invalid": "Write the date as 2026-12-31."}
