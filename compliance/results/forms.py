"""Forms for targets and for actions made of gaps."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from compliance.assessments.choices import NO_OWNER
from compliance.checklists.scales import Scale
from compliance.organisations.models import User
from compliance.results.choices import Reach

MOST_MARKED = 500
"""Gaps of which one press makes actions."""


class TargetForm(forms.Form):
    """A level for each group of a scale, or none; and whether they hold for all."""

    reach = forms.ChoiceField(
        label="These targets hold for",
        choices=Reach.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where the targets hold."},
    )
    holds_by = forms.DateField(
        label="To be reached by",
        required=False,
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"class": "input", "type": "date"}
        ),
        error_messages={"invalid": "Give a day, such as 2027-12-31."},
    )
    base = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)

    def __init__(self, *args: Any, scale: Scale, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        levels = [(str(at), level.name) for at, level in enumerate(scale.levels)]
        for group in scale.groups:
            self.fields[f"group-{group.key}"] = forms.ChoiceField(
                label=group.title,
                choices=[("", "No target"), *levels],
                required=False,
                widget=forms.Select(attrs={"class": "select"}),
            )

    @property
    def groups(self) -> list[forms.BoundField]:
        return [self[f"group-{group.key}"] for group in self.scale.groups]

    def levels(self) -> dict[str, int]:
        """Level by group, of a valid form; groups without a target are left out."""
        found = {g.key: self.cleaned_data[f"group-{g.key}"] for g in self.scale.groups}
        return {key: int(level) for key, level in found.items() if level}


class _OwnerForm(forms.Form):
    """A day and an owner; ``nobody`` are the words for none."""

    nobody = "Nobody"
    due_on = forms.DateField(
        label="Due",
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"class": "input", "type": "date"}
        ),
        error_messages={
            "required": "Give the day by which it is to be done.",
            "invalid": "Give a day, such as 2027-12-31.",
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

    def __init__(
        self, data: Any = None, *, people: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        choices = [("", self.nobody), *((p.pk, str(p)) for p in people)]
        cast(forms.TypedChoiceField, self.fields["owner"]).choices = choices


class GapForm(_OwnerForm):
    """The action of one gap, changed in its row: owner and day, over version ``base``."""

    base = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "gap_%s"  # another form of the page has fields of those names
        self.fields["due_on"].required = False
        for name in ("owner", "due_on"):
            self.fields[name].widget.attrs["form"] = "gap-form"


class PlanForm(_OwnerForm):
    """Marked gaps, by their answers, with a day and an owner for all of the actions."""

    nobody = "Owner of the answer"
    answer = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Mark at least one gap."}
    )

    def __init__(
        self, data: Any = None, *, people: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(data, people=people, **kwargs)
        marked = data.getlist("answer")[:MOST_MARKED] if data else []
        numbers = [one for one in marked if one.isdecimal() and len(one) < 16]
        cast(forms.TypedMultipleChoiceField, self.fields["answer"]).choices = [
            (one, one) for one in numbers
        ]


class SidesForm(forms.Form):
    """Two assessments, each as it stands or as it stood at the end of a day."""

    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)
    before_on = forms.DateField(
        label="At the end of",
        required=False,
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"class": "input", "type": "date"}
        ),
        error_messages={"invalid": "Give a day, such as 2026-06-30."},
    )
    after_on = forms.DateField(
        label="At the end of",
        required=False,
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"class": "input", "type": "date"}
        ),
        error_messages={"invalid": "Give a day, such as 2026-06-30."},
    )
