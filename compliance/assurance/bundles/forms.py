"""Forms to import a bundle, and to say who its people are here."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from compliance.content.formats.uploads import NO_FILE, fitting

_PERSON = re.compile(r"person-(p[1-9]\d{0,5})", re.ASCII)


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
            f"Up to {most:.0f} MB. A larger one is imported by the administrator of this"
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
