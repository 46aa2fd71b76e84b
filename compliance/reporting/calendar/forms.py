"""Forms of the calendar."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings

from compliance.ground.web.own_languages import OwnLanguage
from compliance.reporting.calendar.choices import Rhythm, Weekday
from compliance.reporting.calendar.models import LONGEST_ESCALATION, Reminders, Rules

OWN, ALL = "own", "all"


class FeedForm(forms.Form):
    """The dates that a subscription has."""

    reach = forms.ChoiceField(
        label="Dates to send",
        choices=[(OWN, "Mine, and the law"), (ALL, "All that I may see")],
        initial=OWN,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose which dates to send.",
            "invalid_choice": "Choose which dates to send.",
        },
    )


@cache
def _zones() -> list[tuple[str, str]]:
    """Time zones by their names, those of a region and a place."""
    known = sorted(name for name in available_timezones() if "/" in name)
    known = [name for name in known if not name.startswith(("Etc/", "SystemV/"))]
    return [("", f"As this installation ({settings.TIME_ZONE})"), ("UTC", "UTC")] + [
        (name, name.replace("_", " ")) for name in known
    ]


def _pick(label: str, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose one from the list."},
        **more,
    )


class RemindersForm(forms.Form):
    """A person's own choice."""

    rhythm = _pick(
        "Digest",
        [("", "As the organisation sets it"), *Rhythm.choices],
        required=False,
        help_text="Attest sends a digest only when there is something new.",
    )
    hour = forms.TypedChoiceField(
        label="At",
        coerce=int,
        choices=[(at, f"{at:02}:00") for at in range(24)],
        widget=forms.Select(attrs={"class": "select"}),
    )
    weekday = forms.TypedChoiceField(
        label="Weekly on",
        coerce=int,
        choices=Weekday.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    language = _pick("Language", OwnLanguage.choices)
    time_zone = _pick("Time zone", _zones, required=False)

    @classmethod
    def of(cls, row: Reminders) -> "RemindersForm":
        """With what is chosen now."""
        return cls(initial={name: getattr(row, name) for name in cls.base_fields})


class RulesForm(forms.Form):
    """The organisation's default, and when officers hear of late work."""

    rhythm = _pick("Digest for people who have not chosen", Rhythm.choices)
    escalate_days = forms.IntegerField(
        label="Report work to officers when it is late by this many days",
        required=False,
        min_value=1,
        max_value=LONGEST_ESCALATION,
        widget=forms.NumberInput(attrs={"class": "input"}),
        help_text="Leave it empty for never. It appears in their own digest, and in the trail.",
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            f"Write a number from 1 to {LONGEST_ESCALATION}, or leave it empty.",
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "rules_%s"  # another form of the page has a field of that name

    @classmethod
    def of(cls, rules: Rules) -> "RulesForm":
        """With what holds now."""
        return cls(initial={name: getattr(rules, name) for name in cls.base_fields})
