"""The form that closes an organisation."""

from django import forms


class CloseForm(forms.Form):
    """The name of the organisation, typed, so that nobody closes the wrong one."""

    name = forms.CharField(
        label="Name of the organisation",
        max_length=200,
        help_text="As it is written above.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
