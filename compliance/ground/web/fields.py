"""Fields that forms of several rooms ask alike."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from compliance.ground.web.numbers import typed_number, written
from compliance.ground.web.text import validate_line


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


class FigureField(forms.FloatField):
    """A number with a point or a comma; one that may mean thousands is asked about.

    It is a field for text: each browser's own field for numbers reads "1.200" its way.
    """

    widget = forms.TextInput(attrs={"class": "input", "inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """The number of the text; None for an empty one."""
        text = "" if value is None else str(value).strip()
        try:
            return float(typed_number(text)) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """A number that stands, as it is taken when it comes back."""
        return written(Decimal(repr(value))) if isinstance(value, float) else value
