"""Forms for seats, samples, requests and share links."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from compliance.assurance.seats.choices import LONGEST_DAYS, How, SampleResult
from compliance.content.evidence.models import Evidence
from compliance.ground.web.fields import DayField
from compliance.ground.web.mail import is_printed
from compliance.ground.web.text import validate_line, validate_text
from compliance.work.assessments.models import Assessment

LONGEST = 20_000
MOST_OFFERED = 200
"""Files that a list offers, the newest; a search finds the others."""


def _line(label: str, longest: int, missing: str = "", **more: Any) -> forms.CharField:
    attrs = {"class": "input", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        max_length=longest,
        validators=[validate_line],
        widget=forms.TextInput(attrs=attrs),
        error_messages={
            "required": missing,
            "max_length": f"Write at most {longest} characters.",
        },
        **more,
    )


def _words(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3, "dir": "auto"}),
        error_messages={
            "required": "Write a message.",
            "max_length": "Write at most 20,000 characters.",
        },
        **more,
    )


def _day(label: str) -> forms.DateField:
    return DayField(label=label, error_messages={"required": "Give a day."})


def _number(label: str, most: int, first: int) -> forms.IntegerField:
    words = f"Write a number from 1 to {most}."
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        initial=first,
        widget=forms.NumberInput(attrs={"class": "input"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
    )


class SeatForm(forms.Form):
    """The auditor, the period, and the purpose."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Write the email address of the auditor."},
    )
    name = _line("Name, for a new person", 120, required=False)
    purpose = _line("What for", 300, required=False)
    from_on = _day("From")
    until_on = _day("Until")

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        days = {"from_on": today, "until_on": today + timedelta(days=21)}
        super().__init__(data, initial=days, auto_id="seat-%s")


class ShareForm(forms.Form):
    """The purpose of a share link, and its period."""

    label = _line("Recipient", 120, "Name the recipient of the link.")
    email = forms.EmailField(
        label="Mail it to",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    days = _number(f"Days, {LONGEST_DAYS} at most", LONGEST_DAYS, 14)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="share-%s")
        if is_printed():
            del self.fields["email"]


class DrawForm(forms.Form):
    """How a sample is drawn."""

    how = forms.ChoiceField(
        label="How",
        choices=[
            (How.RISK.value, How.RISK.label),
            (How.RANDOM.value, How.RANDOM.label),
        ],
        widget=forms.Select(attrs={"class": "select"}),
    )
    count = _number("Questions", 500, 10)
    seed = forms.RegexField(
        "^[0-9A-Za-z-]{1,32}$",
        label="Seed",
        required=False,
        error_messages={"invalid": "32 letters and digits at most."},
        widget=forms.TextInput(attrs={"class": "input mono", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="draw-%s")


class PickForm(forms.Form):
    """One question by hand."""

    answer = forms.IntegerField()


class MarkForm(forms.Form):
    """The auditor's result for an answer."""

    result = forms.ChoiceField(choices=SampleResult.choices)
    page = forms.IntegerField(required=False, min_value=1)
    note = _words("Note", required=False)


class AskForm(forms.Form):
    """A request."""

    title = _line("Your request", 200, "Say what you need.")
    text = _words("More about it", required=False)
    due_on = _day("Until")
    answer = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, answer_id: int | None = None) -> None:
        day = timezone.localdate() + timedelta(days=7)
        first = {"due_on": day, "answer": answer_id}
        super().__init__(data, initial=first, auto_id="ask-%s")


class SayForm(forms.Form):
    """A message in the thread of a request."""

    text = _words("Message")


class ReplyForm(SayForm):
    """The organisation's answer, with evidence or without."""

    evidence = forms.ModelChoiceField(
        label="File from the library",
        queryset=Evidence.objects.none(),
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose evidence from the list."},
    )
    upload = forms.FileField(
        label="Or a new file",
        required=False,
        allow_empty_file=True,
        help_text="It becomes evidence in the library, under its file name.",
        widget=forms.FileInput(attrs={"class": "input"}),
        error_messages={"invalid": "The file did not arrive. Choose it again."},
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        assessment: Assessment,
        query: str = "",
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial)
        rows = assessment.organisation.evidence.current().exclude(sha256="")
        found = (rows.matching(query) if query else rows).newest_first()
        offered = {row.pk: str(row) for row in found[:MOST_OFFERED]}
        self.found = len(offered)
        field: Any = self.fields["evidence"]
        field.queryset = rows
        with suppress(forms.ValidationError):
            # Evidence that was chosen before a search stays chosen.
            if chosen := field.clean(self["evidence"].value()):
                offered = {chosen.pk: str(chosen)} | offered
        field.choices = [("", "None"), *offered.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("evidence") and cleaned.get("upload"):
            said = "Choose a file from the library or add a new one, not both."
            self.add_error("upload", said)
        return cleaned
