"""What people may type about evidence."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from compliance.evidence.naming import clean_name, link_fault
from compliance.web.text import validate_line

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


def _day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Write the date as 2026-12-31."},
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "input"}
        ),
    )


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
        for name in ("document_on", "covers_from", "covers_to", "expires_on"):
            value = cleaned.get(name)
            if value and not EARLIEST <= value <= LATEST:
                self.add_error(name, "Check the year: it has to be 1900 to 2199.")
        start, end = cleaned.get("covers_from"), cleaned.get("covers_to")
        if start and end and end < start:
            self.add_error("covers_to", "The period ends before it begins.")
        return cleaned


class EvidenceForm(DescriptionForm):
    """A new file or link with its title and dates."""

    upload = forms.FileField(
        label="File",
        required=False,
        widget=forms.FileInput(attrs={"class": "input"}),
        error_messages={
            "empty": "The file is empty.",
            "invalid": "The file did not arrive. Choose it again.",
        },
    )
    url = forms.CharField(
        label="Or a link",
        max_length=1000,
        required=False,
        help_text="Shown as it is; the server never opens it.",
        widget=forms.URLInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={
            "max_length": "The link has %(show_value)d characters; 1,000 fit."
        },
    )
    field_order = ("upload", "url", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = "Left empty, a file is called by its name."

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and (fault := link_fault(url)):
            raise forms.ValidationError(fault, code="link")
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        upload, url = cleaned.get("upload"), cleaned.get("url")
        if upload and url:
            self.add_error("url", "Add the file and the link one after the other.")
        elif not upload and not url and not {"upload", "url"} & self.errors.keys():
            self.add_error("upload", "Choose a file or give a link.")
        elif not cleaned.get("title") and "title" not in self.errors:
            self._name_by(upload)
        return cleaned

    def _name_by(self, upload: UploadedFile | None) -> None:
        if upload:
            self.cleaned_data["title"] = clean_name(upload.name or "")
        elif "upload" not in self.errors:
            self.add_error("title", "Give the link a title.")
