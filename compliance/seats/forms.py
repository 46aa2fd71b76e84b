"""What people may type about seats, samples, requests and share links."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from compliance.assessments.models import Assessment
from compliance.evidence.models import Evidence
from compliance.seats.choices import LONGEST_DAYS, How, Said
from compliance.web.text import validate_line, validate_text

LONGEST = 20_000
MOST_OFFERED = 200
"""Pieces of evidence that a list offers, the newest."""
_TOO_LONG = {"max_length": "20,000 characters fit."}


def _line(label: str, longest: int, **more: Any) -> forms.CharField:
    attrs = {"class": "input", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        max_length=longest,
        validators=[validate_line],
        widget=forms.TextInput(attrs=attrs),
        **more,
    )


def _words(label: str, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": rows, "dir": "auto"}),
        error_messages=_TOO_LONG,
        **more,
    )


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(
        format="%Y-%m-%d", attrs={"class": "input", "type": "date"}
    )
    return forms.DateField(
        label=label,
        widget=widget,
        error_messages={"invalid": "Write the date as 2026-12-31."},
    )


def _password() -> forms.CharField:
    attrs = {"class": "input", "autocomplete": "current-password"}
    return forms.CharField(
        label="Your password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs=attrs),
    )


class SeatForm(forms.Form):
    """Who reads the assessment, from when to when, and why."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    name = _line("Name", 120)
    purpose = _line("What for", 300, required=False)
    from_on = _day("From")
    until_on = _day("Until")
    password = _password()

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        days = {"from_on": today, "until_on": today + timedelta(days=21)}
        super().__init__(data, initial=days, auto_id="seat-%s")


class ShareForm(forms.Form):
    """What a share link is for, and for how long."""

    label = _line("Who is it for", 120)
    days = forms.IntegerField(
        label=f"Days, {LONGEST_DAYS} at most",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=14,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    password = _password()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="share-%s")


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
    count = forms.IntegerField(
        label="Questions",
        min_value=1,
        max_value=500,
        initial=10,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
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
    """What the auditor says of an answer."""

    result = forms.ChoiceField(choices=Said.choices)
    page = forms.IntegerField(required=False, min_value=1)
    note = _words("Note", required=False)


class AskForm(forms.Form):
    """A request."""

    title = _line("What do you need", 200)
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
        label="Evidence",
        queryset=Evidence.objects.none(),
        required=False,
        empty_label="None",
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose evidence of the list."},
    )

    def __init__(self, data: Any = None, *, assessment: Assessment) -> None:
        super().__init__(data)
        rows = assessment.organisation.evidence.filter(
            Q(replaced_by=None) & ~Q(sha256="")
        ).order_by("-added_at")
        newest = rows.values_list("pk", flat=True)[:MOST_OFFERED]
        field: Any = self.fields["evidence"]
        field.queryset = assessment.organisation.evidence.filter(
            pk__in=list(newest)
        ).order_by("-added_at")
