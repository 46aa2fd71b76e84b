"""The form of targets."""

from typing import Any

from django import forms

from compliance.content.checklists.scales import Scale
from compliance.ground.web.fields import DayField
from compliance.reporting.results.choices import Reach


class TargetForm(forms.Form):
    """A level for each group of a scale, or none; and whether they hold for all.

    The page shows where both stand: the person chooses afterwards which to set.
    """

    reach = forms.ChoiceField(
        label="These targets apply to",
        choices=Reach.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where the targets apply."},
    )
    holds_by = DayField(label="To be reached by", required=False)
    base = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)
    base_for_all = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)

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

    @property
    def base_name(self) -> str:
        """The field with the mark of those that a valid form sets."""
        is_own = self.cleaned_data["reach"] == Reach.ASSESSMENT
        return "base" if is_own else "base_for_all"

    def levels(self) -> dict[str, int]:
        """Level by group, of a valid form; groups without a target are left out."""
        found = {g.key: self.cleaned_data[f"group-{g.key}"] for g in self.scale.groups}
        return {key: int(level) for key, level in found.items() if level}
