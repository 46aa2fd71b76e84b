"""Forms for imports: spreadsheets of answers, files of checklists, and decisions on them."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from compliance.checklists.translations import language_tag
from compliance.evidence.naming import clean_name
from compliance.interchange.formats.limits import MOST_BYTES
from compliance.interchange.formats.writing import FORMATS

_PERSON = re.compile(r"person-(p[1-9]\d{0,5})", re.ASCII)
_PICK = re.compile(r"take-(\d{1,18})-([a-z_]{1,20})", re.ASCII)


NO_FILE = {
    "required": "Choose the file.",
    "empty": "The file is empty.",
    "invalid": "The file did not arrive. Choose it again.",
}


def fitting(upload: UploadedFile, most_bytes: int, most_told: str) -> UploadedFile:
    """The file with a clean name; refused when it is larger than ``most_told`` MB."""
    size = upload.size or 0
    if size > most_bytes:
        msg = f"The file has {size / 10**6:.1f} MB; {most_told} MB fit."
        raise forms.ValidationError(msg, code="size")
    upload.name = clean_name(upload.name or "")
    return upload


class SheetForm(forms.Form):
    """A spreadsheet that was filled in. Its bytes decide its type, not its name."""

    upload = forms.FileField(
        label="Filled-in sheet (.xlsx)",
        widget=forms.FileInput(attrs={"class": "input", "accept": ".xlsx"}),
        error_messages=NO_FILE,
    )

    def clean_upload(self) -> UploadedFile:
        most = settings.SHEET_BYTES
        return fitting(self.cleaned_data["upload"], most, f"{most / 10**6:.1f}")


class TakeForm(forms.Form):
    """The draft, the preview of it that was shown, and the conflicts in which the file wins."""

    draft = forms.UUIDField()
    digest = forms.RegexField(r"^[0-9a-f]{64}$")

    def picks(self) -> set[tuple[int, str]]:
        """Answer and field of each conflict that goes to the file."""
        data: Any = self.data
        sent = data.items() if isinstance(data, QueryDict) else ()
        found = ((_PICK.fullmatch(name), side) for name, side in sent)
        return {(int(m[1]), m[2]) for m, side in found if m and side == "file"}


def theme_field(help_text: str) -> forms.ChoiceField:
    """A theme of those that the form is given; none is an answer, too."""
    return forms.ChoiceField(
        label="Theme",
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        help_text=help_text,
        error_messages={"invalid_choice": "Choose a theme of the list."},
    )


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

    def __init__(
        self, *args: Any, themes: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
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

    def __init__(
        self, *args: Any, themes: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
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


class BundleForm(forms.Form):
    """A bundle that another installation made."""

    upload = forms.FileField(
        label="Bundle (.zip)",
        widget=forms.FileInput(attrs={"class": "input", "accept": ".zip"}),
        error_messages=NO_FILE,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.UPLOAD_BYTES / 10**6
        self.fields["upload"].help_text = (
            f"Up to {most:.0f} MB. A larger one is brought in by whoever runs this"
            " installation: manage.py import_bundle."
        )

    def clean_upload(self) -> UploadedFile:
        most = settings.UPLOAD_BYTES
        return fitting(self.cleaned_data["upload"], most, f"{most / 10**6:.1f}")


class BringForm(forms.Form):
    """The draft, the preview that was shown, and who its people are here."""

    draft = forms.UUIDField()
    seen = forms.CharField(required=False, max_length=64)

    def emails(self) -> dict[str, str]:
        """The address chosen for each person of the bundle."""
        data: Any = self.data
        found = ((_PERSON.fullmatch(name), said) for name, said in data.items())
        return {m[1]: str(said) for m, said in found if m and said}
