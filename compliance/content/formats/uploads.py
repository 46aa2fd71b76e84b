"""Files that a form receives."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from compliance.content.evidence.safe_names import clean_name

NO_FILE = {
    "required": "Choose the file.",
    "empty": "The file is empty.",
    "invalid": "The file did not arrive. Choose it again.",
}


def fitting(upload: UploadedFile, most_bytes: int, most_mb: str) -> UploadedFile:
    """The file with a clean name; refused when it is larger than ``most_mb`` MB."""
    size = upload.size or 0
    if size > most_bytes:
        msg = f"The file has {size / 10**6:.1f} MB; {most_mb} MB fit."
        raise forms.ValidationError(msg, code="size")
    upload.name = clean_name(upload.name or "")
    return upload
