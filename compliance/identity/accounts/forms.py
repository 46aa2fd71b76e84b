"""Forms for passkeys and the app with codes."""

from django import forms

from compliance.ground.web.fields import line_field


class PasskeyForm(forms.Form):
    """The name of a passkey."""

    name = line_field("Name", "off", "Give the passkey a name.", 60)
    name.help_text = "Such as “Work laptop” or “Blue key”, so that you recognise it."


class AppForm(forms.Form):
    """A code of the app that is being connected."""

    code = forms.CharField(
        label="Type the code that the app shows",
        max_length=20,
        error_messages={"required": "Type the code that the app shows."},
        widget=forms.TextInput(
            attrs={
                "class": "input codein",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
            }
        ),
    )


class MadeForm(forms.Form):
    """The response of a device, and its name, which was given the page before."""

    name = line_field("Name", "off", "Give the passkey a name.", 60)
    said = forms.CharField(widget=forms.HiddenInput)


class AskForm(forms.Form):
    """The address that a form goes to, which a passkey is to sign for."""

    to = forms.RegexField(r"^/[!-~]{0,299}$")
