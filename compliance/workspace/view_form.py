"""The form to keep a view of an assessment."""

from typing import Any

from django import forms

from compliance.web.text import validate_line


class SavedViewForm(forms.Form):
    """The name of a view; whether all see it is asked of those who may decide it."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Give the view a name."},
    )
    is_shared = forms.BooleanField(label="Everybody here sees it", required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_share = may_share

    def clean_is_shared(self) -> bool:
        return self.may_share and bool(self.cleaned_data["is_shared"])
