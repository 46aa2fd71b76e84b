"""What people may send: a spreadsheet, and which side wins where two differ."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from compliance.evidence.naming import clean_name

_PICK = re.compile(r"take-(\d{1,18})-([a-z_]{1,20})", re.ASCII)


class SheetForm(forms.Form):
    """A spreadsheet that was filled in. What it is, its bytes say, not its name."""

    upload = forms.FileField(
        label="Filled-in sheet (.xlsx)",
        widget=forms.FileInput(attrs={"class": "input", "accept": ".xlsx"}),
        error_messages={
            "required": "Choose the file.",
            "empty": "The file is empty.",
            "invalid": "The file did not arrive. Choose it again.",
        },
    )

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        size, most = upload.size or 0, settings.SHEET_BYTES
        if size > most:
            msg = f"The file has {size / 10**6:.1f} MB; {most / 10**6:.1f} MB fit."
            raise forms.ValidationError(msg, code="size")
        upload.name = clean_name(upload.name or "")
        return upload


class TakeForm(forms.Form):
    """Which draft, which preview of it, and the conflicts in which the file wins."""

    draft = forms.UUIDField()
    digest = forms.RegexField(r"^[0-9a-f]{64}$")

    def picks(self) -> set[tuple[int, str]]:
        """Answer and field of each conflict that goes to the file."""
        data: Any = self.data
        sent = data.items() if isinstance(data, QueryDict) else ()
        found = ((_PICK.fullmatch(name), side) for name, side in sent)
        return {(int(m[1]), m[2]) for m, side in found if m and side == "file"}
