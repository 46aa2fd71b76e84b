"""Forms for files of checklists."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists.translations import language_tag
from compliance.content.formats.limits import MOST_BYTES


def theme_field(help_text: str) -> forms.ChoiceField:
    """A theme of those that the form is given; none is an answer, too."""
    return forms.ChoiceField(
        label="Theme",
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        help_text=help_text,
        error_messages={"invalid_choice": "Choose a theme from the list."},
    )


from compliance.content.formats.uploads import NO_FILE, fitting  # noqa: E402


class ChecklistForm(forms.Form):
    """A file of a checklist. Its bytes decide its type, not its name."""

    upload = forms.FileField(
        label="File",
        widget=forms.FileInput(
            attrs={
                "class": "input",
                "accept": ".yaml,.yml,.json,.xlsx,.csv,.tsv,.xml",
            }
        ),
        help_text=(
            "Attest (YAML, JSON, XLSX, CSV), OSCAL catalog (JSON, YAML, XML), CISO"
            " Assistant library, CNIL PIA structure or OWASP ASVS. Up to 12 MB."
        ),
        error_messages=NO_FILE,
    )
    theme = theme_field("Only a checklist that is new and names no theme needs one.")

    def __init__(self, *args: Any, themes: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["theme"]
        field.choices = [("", "As the file says"), *themes]

    def clean_upload(self) -> UploadedFile:
        upload = self.cleaned_data["upload"]
        return fitting(upload, MOST_BYTES, str(MOST_BYTES // 10**6))


class KeepForm(forms.Form):
    """The draft, the preview that was shown, and a person's decisions on it.

    It may replace another draft; what the file leaves open of its edition is typed.
    """

    draft = forms.UUIDField()
    seen = forms.RegexField(r"^[0-9a-f]{64}$")
    replace = forms.BooleanField(required=False)
    number = forms.CharField(
        label="Edition",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text="The file names none. Type its version, such as 5.0.0.",
    )
    language = forms.CharField(
        label="Language",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text="The file names none. Type a code such as en, de or pt-BR. Where a draft of"
        " this edition is here in another language, the texts become its translations.",
    )

    chosen = theme_field("The file names none that is here. Choose one.")

    def __init__(self, *args: Any, themes: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["chosen"]
        field.choices = [("", "Choose a theme"), *themes]

    def clean_language(self) -> str:
        typed: str = self.cleaned_data["language"]
        if typed and not language_tag(typed):
            msg = "Write a language as a code such as en, de or pt-BR."
            raise forms.ValidationError(msg)
        return language_tag(typed)


class FormatForm(forms.Form):
    """The format of a download."""

    form = forms.ChoiceField(choices=[(name, it.label) for name, it in FORMATS.items()])
