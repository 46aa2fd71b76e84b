"""Reports for an auditor's seat: those of its assessment, and the own working paper."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from compliance.assurance.seats.access import seated
from compliance.assurance.seats.actions import note_download
from compliance.assurance.seats.models import Seat
from compliance.assurance.seats.queries import seats_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp
from compliance.reporting.reports import tasks
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.download import sent
from compliance.reporting.reports.forms import LanguageForm
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.models import Report, ReportStatus, reports_of


@require_GET
@member_required(Permission.AUDIT)
def audited(request: MemberRequest, seat_id: int, report_id: UUID) -> FileResponse:
    """A finished report of the seat's assessment; taking it is on the trail.

    The working paper of another auditor is not found.
    """
    seat = seated(request, seat_id)
    rows = reports_of(request.organisation).filter(assessment=seat.assessment)
    report = get_object_or_404(rows.filter(Q(seat=None) | Q(seat=seat)), pk=report_id)
    response = sent(report)
    about = f"Report {report.number}"
    note_download(by=request.user, seat=seat, about=about, sha256=report.sha256)
    return response


@require_POST
@member_required(Permission.AUDIT)
def ask_working_paper(request: MemberRequest, seat_id: int) -> HttpResponse:
    """The auditor's own; while one is being made, no other is begun."""
    seat = seated(request, seat_id)
    if not seat.reports.filter(status=ReportStatus.WAITING).exists():
        try:
            _asked(request, seat)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect(seat)
    messages.success(request, "The working paper is being made. Look again soon.")
    return redirect(seat)


@require_POST
@member_required(Permission.SEATS, StepUp.SESSION)
def working_paper(request: MemberRequest, seat_id: int) -> HttpResponse:
    """The same for those who deal with auditors, open seat or not."""
    seat = get_object_or_404(seats_in(request.organisation), pk=seat_id)
    try:
        report = _asked(request, seat)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("seats:list", request.organisation.slug, seat.assessment_id)
    return redirect("reports:detail", request.organisation.slug, report.pk)


def _asked(request: MemberRequest, seat: Seat) -> Report:
    form = LanguageForm(request.POST)
    wanted = ReportOptions(ReportKind.WORKING, form.chosen, seat_id=seat.pk)
    return tasks.ask(by=request.user, assessment=seat.assessment, wanted=wanted, once=True)
