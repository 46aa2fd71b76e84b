"""A report for an auditor's seat."""

from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.reports.download import sent
from compliance.reports.models import reports_of
from compliance.seats.access import seated
from compliance.seats.actions import note_download


@require_GET
@member_required(Permission.AUDIT)
def audited(request: MemberRequest, seat_id: int, report_id: UUID) -> FileResponse:
    """A finished report of the seat's assessment; taking it is on the trail."""
    seat = seated(request, seat_id)
    rows = reports_of(request.organisation).filter(assessment=seat.assessment)
    report = get_object_or_404(rows, pk=report_id)
    response = sent(report)
    about = f"Report {report.number}"
    note_download(by=request.user, seat=seat, about=about, sha256=report.sha256)
    return response
