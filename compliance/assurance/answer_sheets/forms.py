"""Forms to read a filled-in spreadsheet."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

_PICK = re.compile(r"take-(\d{1,18})-([a-z_]{1,20})", re.ASCII)

from compliance.content.formats.uploads import NO_FILE, fitting  # noqa: E402


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
