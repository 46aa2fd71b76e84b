"""Fields that the forms of this room share."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from compliance.content.checklists.limits import MOST_LINES, MOST_TEXT
from compliance.ground.web.text import validate_line, validate_text


def line(label: str, most: int, *, required: bool = True) -> forms.CharField:
    """A text of one line."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "dir": "auto"}),
        error_messages={
            "required": f"Write something for “{label}”.",
            "max_length": f"“{label}” has %(show_value)d characters; {most} fit.",
        },
    )


class Area(forms.CharField):
    """A text of some lines. Browsers send line ends of their own; ours are kept."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


def area(
    label: str,
    rows: int,
    *,
    required: bool = False,
    help_text: str = "",
    most: int = MOST_TEXT,
) -> forms.CharField:
    """A field for a text of some lines."""
    return Area(
        label=label,
        required=required,
        max_length=most,
        validators=[validate_text],
        help_text=help_text,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": rows, "dir": "auto"}),
        error_messages={
            "required": f"Write something for “{label}”.",
            "max_length": f"“{label}” has %(show_value)d characters; {most} fit.",
        },
    )


def sentence(reason: str) -> str:
    """A reason without a full stop, as a sentence."""
    return f"{reason[:1].upper()}{reason[1:]}."


def one_of(label: str, choices: Any) -> forms.ChoiceField:
    """One of some words."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.Select(attrs={"class": "select"}))


def short(*, required: bool = True) -> forms.CharField:
    """A key, sent by the page itself."""
    return forms.CharField(max_length=60, required=required, validators=[validate_line])


class HiddenLines(forms.MultipleHiddenInput):
    """A list as one hidden field for each item, under one name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return "\n".join(super().value_from_datadict(data, files, name) or ())


class Lines(forms.CharField):
    """A list, one item a line; blank lines are left out, repeats too."""

    HINTS: ClassVar[dict[str, str]] = {
        "good": "One point a line.",
        "evidence_hints": "One kind of evidence a line.",
        "related": "Keys of questions, one a line.",
    }

    def __init__(self, label: str, rows: int, most: int = MOST_TEXT, count: int = MOST_LINES) -> None:
        """``most``: characters of a line; ``count``: so many lines fit."""
        self.most, self.count = most, count
        super().__init__(
            label=label,
            required=False,
            widget=forms.Textarea(attrs={"class": "textarea", "rows": rows, "dir": "auto"}),
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        rows = [" ".join(row.split()) for row in text.splitlines()]
        found = list(dict.fromkeys(filter(None, rows)))
        if len(found) > self.count:
            msg = f"{len(found)} lines; at most {self.count} fit."
            raise ValidationError(msg)
        for row in found:
            validate_line(row)
            if len(row) > self.most:
                msg = f"A line has {len(row)} characters; {self.most} fit: {row[:40]}…"
                raise ValidationError(msg)
        return found
