"""Forms for evidence."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from compliance.content.evidence.fields import DATES
from compliance.content.evidence.safe_names import link_fault
from compliance.ground.web.fields import DayField
from compliance.ground.web.text import validate_line

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
SEVERAL = "A title names one file. Leave it empty for several: each keeps its name."


def _day(label: str, help_text: str = "") -> forms.DateField:
    return DayField(label=label, help_text=help_text, required=False, input_formats=["%Y-%m-%d"])


class DescriptionForm(forms.Form):
    """Title and dates, as they may be changed later."""

    title = forms.CharField(
        label="Title",
        max_length=200,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={
            "required": "Give it a title.",
            "max_length": "The title has %(show_value)d characters; 200 fit.",
        },
    )
    document_on = _day("Document date")
    covers_from = _day("Covers from")
    covers_to = _day("Covers to")
    expires_on = _day("Runs out on", "The last day on which it counts.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in DATES:
            value = cleaned.get(name)
            if value and not EARLIEST <= value <= LATEST:
                self.add_error(name, "Check the year: it must be between 1900 and 2199.")
        start, end = cleaned.get("covers_from"), cleaned.get("covers_to")
        if start and end and end < start:
            self.add_error("covers_to", "The period ends before it begins.")
        return cleaned


class FilesInput(forms.FileInput):
    """Takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files as a list. Faults of single files are reported by the action."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(file) for file in files if file]


class EvidenceForm(DescriptionForm):
    """New files, or a link, with their title and dates."""

    upload = FilesField(
        label="Files",
        required=False,
        allow_empty_file=True,
        widget=FilesInput(attrs={"class": "input"}),
        help_text="Choose, drop or paste one or several. The dates apply to each.",
        error_messages={"invalid": "The file did not arrive. Choose it again."},
    )
    url = forms.CharField(
        label="Or a link",
        max_length=1000,
        required=False,
        help_text="Shown as it is; the server never opens it.",
        widget=forms.URLInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"max_length": "The link has %(show_value)d characters; 1,000 fit."},
    )
    field_order = ("upload", "url", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        hint = "If you leave it empty, Attest uses the name of the file."
        self.fields["title"].help_text = hint

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and (fault := link_fault(url)):
            raise forms.ValidationError(fault, code="link")
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        uploads, url = cleaned.pop("upload", []), cleaned.get("url")
        cleaned["uploads"] = uploads
        if uploads and url:
            self.add_error("url", "Add the file and the link one after the other.")
        elif not uploads and not url and not {"upload", "url"} & self.errors.keys():
            self.add_error("upload", "Choose a file or give a link.")
        elif len(uploads) > 1 and cleaned.get("title"):
            self.add_error("title", SEVERAL)
        elif url and not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", "Give the link a title.")
        return cleaned


class VersionForm(EvidenceForm):
    """A new version of a piece of evidence: one file or link."""

    upload = FilesField(
        label="File",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "input"}),
        error_messages={"invalid": "The file did not arrive. Choose it again."},
    )


class BaseForm(forms.Form):
    """Values that the edit page showed: hidden, and compared when it is saved."""

    base_title = forms.CharField(required=False, strip=False)
    base_document_on = DayField(required=False)
    base_covers_from = DayField(required=False)
    base_covers_to = DayField(required=False)
    base_expires_on = DayField(required=False)
