"""Sending a finished report."""

from django.http import FileResponse, Http404

from compliance.reports import storage
from compliance.reports.models import Report

SANDBOX = "sandbox; default-src 'none'"


def sent(report: Report) -> FileResponse:
    """The report as a download; 404 while there is no file."""
    path = storage.path_of(report.sha256)
    if not report.is_done or not path.is_file():
        raise Http404
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=report.file_name,
        content_type="application/pdf",
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
