"""Sending a finished report."""

from django.http import FileResponse, Http404

from compliance.reporting.reports import storage
from compliance.reporting.reports.models import Report

SANDBOX = "sandbox; default-src 'none'"


def sent(report: Report) -> FileResponse:
    """The report as a download; 404 while there is no file.

    Raises ``AwayError`` where its bytes are not the sealed ones any more.
    """
    if not report.is_done:
        raise Http404
    try:
        file = storage.opened(report.sha256)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=True,
        filename=report.file_name,
        content_type="application/pdf",
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
