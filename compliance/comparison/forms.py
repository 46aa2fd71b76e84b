"""The form of the two sides."""

from django import forms


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
