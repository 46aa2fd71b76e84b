"""Sending a finished report."""

from django.http import FileResponse, Http404

from compliance.reports import storage
from compliance.reports.models import Report
from compliance.web import file_store

SANDBOX = "sandbox; default-src 'none'"


def sent(report: Report) -> FileResponse:
    """The report as a download; 404 while there is no file."""
    path = storage.path_of(report.sha256)
    if not report.is_done or not file_store.is_there(path):
        raise Http404
    response = FileResponse(
        file_store.opened(path),
        as_attachment=True,
        filename=report.file_name,
        content_type="application/pdf",
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
