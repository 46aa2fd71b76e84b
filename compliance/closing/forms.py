"""The form that closes an organisation."""

from django import forms


class CloseForm(forms.Form):
    """Its name, typed, so that nobody closes another one than they mean."""

    name = forms.CharField(
        label="Name of the organisation",
        max_length=200,
        help_text="Type it as it is written above.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
