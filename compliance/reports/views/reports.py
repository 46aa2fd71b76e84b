"""Asking for reports, watching them being made, and taking them away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from compliance.assessments.signature_validity import voids_in
from compliance.checklists.scales import scales_of
from compliance.history.looking_back import event_of, revisions
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.reports import actions, tasks
from compliance.reports.access import may_cancel, reports_for
from compliance.reports.download import sent
from compliance.reports.forms import ReportForm
from compliance.web.htmx import render_page
from compliance.workspace.lists import listed

ON_A_PAGE = 50
"""Reports."""
OFFERED = 20
"""Assessments of which one may be made."""


@require_GET
@member_required(Permission.REPORT)
def report_list(request: MemberRequest) -> HttpResponse:
    pages = Paginator(reports_for(request.organisation, request.may), ON_A_PAGE)
    used = listed(request.organisation).in_use()
    assessments = Paginator(used, OFFERED).get_page(request.GET.get("of"))
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "assessments": assessments,
        "voids": voids_in(list(assessments)),
    }
    return render(request, "reports/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.REPORT)
def ask(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """The form for a report: kind, language and extract; sent empty, the full one in English."""
    assessments = request.organisation.assessments.for_page()
    assessment = get_object_or_404(assessments, pk=assessment_id)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        initial={"seq": request.GET.get("seq")},
        revisions=revisions(assessment),
        scales=scales_of(assessment.edition.scales),
    )
    past = event_of(assessment, str(form["seq"].value() or ""))
    context = {"assessment": assessment, "form": form, "past": past}
    if request.method != "POST":
        return render(request, "reports/ask.html", context)
    if form.is_valid():
        try:
            report = tasks.ask(
                by=request.user,
                assessment=assessment,
                wanted=form.wanted,
                state=form.state_wanted,
            )
        except ValidationError as error:
            form.add_error("seq", error)
    if form.errors:
        return render(request, "reports/ask.html", context, status=422)
    return redirect("reports:detail", request.organisation.slug, report.pk)


@require_GET
@member_required(Permission.REPORT)
def detail(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The report, or how far it is: the page asks again until it is over."""
    report = get_object_or_404(
        reports_for(request.organisation, request.may), pk=report_id
    )
    context = {
        "report": report,
        "assessment": report.assessment,
        "may_cancel": may_cancel(report, request.user, request.may),
    }
    return render_page(request, "reports/detail.html", context, partial="state")


@require_POST
@member_required(Permission.REPORT)
def cancel(request: MemberRequest, report_id: UUID) -> HttpResponse:
    report = get_object_or_404(
        reports_for(request.organisation, request.may), pk=report_id
    )
    if not may_cancel(report, request.user, request.may):
        raise PermissionDenied
    try:
        actions.cancel_report(by=request.user, report=report)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return redirect("reports:detail", request.organisation.slug, report.pk)


@require_GET
@member_required(Permission.REPORT)
def download(request: MemberRequest, report_id: UUID) -> FileResponse:
    return sent(
        get_object_or_404(reports_for(request.organisation, request.may), pk=report_id)
    )
