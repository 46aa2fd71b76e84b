"""Forms of an action."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms

from compliance.ground.web.fields import DayField
from compliance.ground.web.text import validate_line, validate_text
from compliance.identity.organisations.models import User
from compliance.work.assessments.choices import NO_OWNER, ActionStatus, Priority
from compliance.work.assessments.values import LONGEST_TEXT, line_ends

COLUMNS = {"owner": "owner_id"}
"""Fields that the model calls otherwise."""


class RemedyForm(forms.Form):
    """Fields of an action: title, details, owner, due date, priority and effort."""

    title = forms.CharField(
        label="Task",
        max_length=200,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "dir": "auto"}),
        error_messages={
            "required": "Say what is to be done.",
            "max_length": "The title has %(show_value)d characters; 200 fit.",
        },
    )
    text = forms.CharField(
        label="Details",
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 4, "dir": "auto"}),
        error_messages={"max_length": "The details have %(show_value)d characters; 100,000 fit."},
    )
    owner = forms.TypedChoiceField(
        label="Owner",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": NO_OWNER},
    )
    due_on = DayField(label="Due", required=False)
    priority = forms.ChoiceField(
        label="Priority",
        choices=Priority.choices,
        initial=Priority.MEDIUM,
        widget=forms.Select(attrs={"class": "select"}),
    )
    effort_days = forms.DecimalField(
        label="Effort in days",
        required=False,
        min_value=Decimal("0.1"),
        max_value=Decimal(999),
        decimal_places=1,
        max_digits=4,
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "decimal"}),
        error_messages={
            "min_value": "Write 0.1 days or more.",
            "max_value": "Write 999 days or less.",
            "max_decimal_places": "Use at most one decimal place.",
            "invalid": "Write a number of days, such as 2.5.",
        },
    )

    def __init__(self, data: Any = None, *, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [("", "Nobody"), *((person.pk, str(person)) for person in people)]
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = choices

    def clean_text(self) -> str:
        return line_ends(self.cleaned_data["text"])

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, by the names of the model."""
        sent = {name for name in self.cleaned_data if name in self.data}
        return {COLUMNS.get(n, n): self.cleaned_data[n] for n in sent - {"base"}}


class AskForm(RemedyForm):
    """The same in short, with what a signature asks of an action: an owner and a day."""

    text = priority = effort_days = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].required = self.fields["due_on"].required = True
        self.fields["owner"].error_messages["required"] = "Choose who does it."
        self.fields["due_on"].error_messages["required"] = "Choose a day."
        for name in ("title", "owner", "due_on"):
            self.fields[name].widget.attrs["class"] += " input-s"


class RemedyEditForm(RemedyForm):
    """The same for an action that is there: where it stands, and what was typed over."""

    status = forms.ChoiceField(
        label="Status",
        choices=ActionStatus.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    base = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    field_order = ("title", "text", "status", "owner", "due_on", "priority")


class MoveForm(forms.Form):
    """A card of the board put into another column."""

    status = forms.ChoiceField(choices=ActionStatus.choices)
    base = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class LinkForm(forms.Form):
    """The answer that an action is about."""

    answer = forms.IntegerField(min_value=1)


class WaitForm(forms.Form):
    """The number of the action that another one waits for; ``ends``: not any more."""

    other = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    ends = forms.BooleanField(required=False)
