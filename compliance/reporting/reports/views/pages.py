"""The pages of a finished report as pictures, and what changed since the report before."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.ground.pictures.drawing import UndrawnError, sent, unsent
from compliance.ground.web.htmx import render_page
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.reports.access import reports_for
from compliance.reporting.reports.models import Report
from compliance.reporting.reports.page_pictures import pages_of, picture_of
from compliance.reporting.reports.since_last import report_before, since
from compliance.work.snapshots.folding import LackingError

SHOWN = 12
"""Changes that are listed; the page of differences has them all."""


@require_safe
@member_required(Permission.REPORT)
def pages(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """Every page, small."""
    report = _found(request, report_id)
    context: dict[str, Any] = {"report": report}
    try:
        context["pages"] = pages_of(report)
    except UndrawnError as error:
        context["problem"] = str(error)
    return render_page(request, "reporting/reports/pages.html", context, partial="pages")


@require_safe
@member_required(Permission.REPORT)
def page(request: MemberRequest, report_id: UUID, sheet: int) -> HttpResponse:
    """One page to read, with the ways to the pages beside it."""
    report = _found(request, report_id)
    if not report.is_done or not 1 <= sheet <= (report.pages or 0):
        raise Http404
    try:
        drawn = pages_of(report).drawn
    except UndrawnError:
        drawn = ()
    context = {
        "report": report,
        "sheet": sheet,
        "chapter": next((one.chapter for one in drawn if one.number == sheet), ""),
    }
    return render(request, "reporting/reports/page.html", context)


@require_safe
@member_required(Permission.REPORT)
def picture(request: MemberRequest, report_id: UUID, sheet: int, size: str) -> HttpResponse:
    try:
        return sent(picture_of(_found(request, report_id), sheet, size))
    except UndrawnError as error:
        return unsent(error)


@require_safe
@member_required(Permission.REPORT)
def changes(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The differences from the report before."""
    report = _found(request, report_id)
    before = report_before(report, reports_for(request.organisation, request.may))
    if not report.is_done:
        raise Http404
    context: dict[str, Any] = {"report": report, "before": before, "shown": SHOWN}
    try:
        context["since"] = before and since(report, before)
    except LackingError as error:
        context["problem"] = " ".join(error.messages)
    return render_page(request, "reporting/reports/changes.html", context, partial="changes")


def _found(request: MemberRequest, report_id: UUID) -> Report:
    rows = reports_for(request.organisation, request.may)
    return get_object_or_404(rows, pk=report_id)
