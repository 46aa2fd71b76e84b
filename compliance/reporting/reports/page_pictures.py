"""The pages of a finished report as pictures, for those who may read it."""

from typing import IO

from django.http import Http404

from compliance.ground.pictures import drawing
from compliance.ground.pictures.drawing import Pages
from compliance.reporting.reports import storage
from compliance.reporting.reports.models import Report

PDF = "application/pdf"
SIZES = ("small", "large")


def kept_pages(report: Report) -> Pages | None:
    """Its pages if they have been drawn already."""
    return drawing.kept_pages(report.sha256) if report.is_done else None


def pages_of(report: Report) -> Pages:
    """Its pages; draws them if needed. 404 without a file; ``UndrawnError``."""
    return drawing.pages_of(_finished(report).sha256, PDF, lambda: _opened(report))


def picture_of(report: Report, number: int, size: str) -> bytes:
    """One page as WebP; 404 for a page that it does not have. ``UndrawnError``."""
    if size not in SIZES or not 1 <= number <= (_finished(report).pages or 0):
        raise Http404
    draw = drawing.large if size == "large" else drawing.small
    return draw(report.sha256, PDF, number, lambda: _opened(report))


def _finished(report: Report) -> Report:
    if not report.is_done:
        raise Http404
    return report


def _opened(report: Report) -> IO[bytes]:
    try:
        return storage.opened(report.sha256)
    except FileNotFoundError as error:
        raise Http404 from error
