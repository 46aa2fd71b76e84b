"""The form that puts something away."""

from datetime import date, timedelta

from django import forms

from compliance.ground.web.fields import DayField, day_input
from compliance.reporting.home.actions import LONGEST


class AwayForm(forms.Form):
    """A day that was pressed or typed: until then a thing is away."""

    until = DayField(
        label="Until",
        error_messages={
            "required": "Choose a day.",
        },
        widget=day_input("input input-s"),
    )

    def __init__(self, *args: object, today: date, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.tomorrow = today + timedelta(days=1)
        self.next_week = today + timedelta(days=7)
        own = self.fields["until"].widget.attrs
        own |= {"min": f"{self.tomorrow}", "max": f"{today + LONGEST}"}
