"""Sending a file of evidence so that no browser runs it."""

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from compliance.content.evidence import storage
from compliance.content.evidence.filetypes import served_as
from compliance.content.evidence.models import Evidence
from compliance.ground.web.downloads import DOWNLOAD_HEADERS


def sent(evidence: Evidence) -> FileResponse:
    """The file as a download; ``StorageError`` when its bytes are not what came in."""
    return FileResponse(
        storage.open_kept(evidence.organisation_id, evidence.sha256),
        as_attachment=True,
        filename=evidence.file_name,
        content_type=served_as(evidence.media_type),
        headers=DOWNLOAD_HEADERS,
    )


def attached(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Bytes that were written for this request, as a download of that name."""
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=media_type, headers=DOWNLOAD_HEADERS | headers)
