"""Sending a file of evidence so that no browser runs it."""

from django.http import FileResponse

from compliance.evidence import storage
from compliance.evidence.filetypes import served_as
from compliance.evidence.models import Evidence

DOWNLOAD_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers that make bytes from outside inert in a browser."""


def sent(evidence: Evidence) -> FileResponse:
    """The file as a download; ``StorageError`` when its bytes are not what came in."""
    return FileResponse(
        storage.open_kept(evidence.organisation_id, evidence.sha256),
        as_attachment=True,
        filename=evidence.file_name,
        content_type=served_as(evidence.media_type),
        headers=DOWNLOAD_HEADERS,
    )
