"""Forms for actions made of gaps."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from compliance.ground.web.fields import DayField
from compliance.identity.organisations.models import User
from compliance.work.assessments.choices import NO_OWNER

MOST_MARKED = 500
"""Gaps of which one press makes actions."""


class _OwnerForm(forms.Form):
    """A day and an owner; ``nobody`` are the words for none."""

    nobody = "Nobody"
    due_on = DayField(
        label="Due",
        error_messages={
            "required": "Give the day by which it is to be done.",
        },
    )
    owner = forms.TypedChoiceField(
        label="Owner",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": NO_OWNER},
    )

    def __init__(self, data: Any = None, *, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [("", self.nobody), *((p.pk, str(p)) for p in people)]
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = choices


class GapForm(_OwnerForm):
    """The action of one gap, changed in its row: owner and day, over version ``base``."""

    base = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "gap_%s"  # another form of the page has fields of those names
        self.fields["due_on"].required = False
        for name in ("owner", "due_on"):
            self.fields[name].widget.attrs["form"] = "gap-form"


class PlanForm(_OwnerForm):
    """Marked gaps, by their answers, with a day and an owner for all of the actions."""

    nobody = "Owner of the answer"
    answer = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "Mark at least one gap."})

    def __init__(self, data: Any = None, *, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(data, people=people, **kwargs)
        marked = data.getlist("answer")[:MOST_MARKED] if data else []
        numbers = [one for one in marked if one.isdecimal() and len(one) < 16]
        cast(forms.TypedMultipleChoiceField, self.fields["answer"]).choices = [(one, one) for one in numbers]
