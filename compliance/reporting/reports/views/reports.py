"""Asking for reports, watching them being made, and taking them away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from compliance.content.checklists.scales import scales_of
from compliance.content.evidence.actions import quotas
from compliance.ground.web.htmx import render_page
from compliance.ground.web.mail import is_printed
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.models import User
from compliance.identity.organisations.rate_limits import TOO_MANY
from compliance.reporting.history.looking_back import event_of, revisions
from compliance.reporting.reports import actions, tasks
from compliance.reporting.reports.access import may_cancel, readers_of, reports_for
from compliance.reporting.reports.download import sent
from compliance.reporting.reports.forms import ReportForm, SendForm
from compliance.reporting.reports.models import Report
from compliance.reporting.reports.page_pictures import kept_pages
from compliance.reporting.reports.since_last import report_before
from compliance.work.signatures.validity import voids_in
from compliance.work.workspace.lists import listed

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
    return render(request, "reporting/reports/list.html", context)


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
        return render(request, "reporting/reports/ask.html", context)
    if form.is_valid():
        try:
            report = tasks.ask(
                by=request.user,
                assessment=assessment,
                wanted=form.wanted,
                state=form.state_wanted,
                once=True,
            )
        except ValidationError as error:
            field = None if error.code == quotas.ROOM else "seq"
            form.add_error(field, error)
    if form.errors:
        return render(request, "reporting/reports/ask.html", context, status=422)
    return redirect("reports:detail", request.organisation.slug, report.pk)


@require_GET
@member_required(Permission.REPORT)
def detail(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The report, or how far it is: the page asks again until it is over."""
    report = _found(request, report_id)
    context = _context(request, report)
    return render_page(request, "reporting/reports/detail.html", context, partial="state")


@require_POST
@member_required(Permission.REPORT)
def send(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """Mail members the way to a report, where there is a mail server."""
    report = _found(request, report_id)
    if is_printed():
        raise Http404
    form = SendForm(request.POST, people=readers_of(report))
    told, status = list[User](), 422
    if form.is_valid():
        try:
            told = actions.send_report(
                by=request.user,
                report=report,
                to=form.chosen,
                text=form.cleaned_data["text"],
                sending=sending_of(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if not told:
                form.add_error(None, TOO_MANY)
                status = 429
    if not told:
        context = _context(request, report) | {"form": form}
        return render(request, "reporting/reports/detail.html", context, status=status)
    people = "One person gets" if len(told) == 1 else f"{len(told)} people get"
    messages.success(request, f"{people} a mail with the link to this report.")
    if left := [str(person) for person in form.chosen if person not in told]:
        messages.error(request, f"No mail goes to {', '.join(left)}. {TOO_MANY}")
    return redirect("reports:detail", request.organisation.slug, report.pk)


def _found(request: MemberRequest, report_id: UUID) -> Report:
    rows = reports_for(request.organisation, request.may)
    return get_object_or_404(rows, pk=report_id)


def _context(request: MemberRequest, report: Report) -> dict[str, Any]:
    rows = reports_for(request.organisation, request.may)
    sends = report.is_done and not is_printed()
    return {
        "report": report,
        "assessment": report.assessment,
        "may_cancel": may_cancel(report, request.user, request.may),
        "pages": kept_pages(report),
        "before": report_before(report, rows) if report.is_done else None,
        "form": SendForm(people=readers_of(report)) if sends else None,
    }


@require_POST
@member_required(Permission.REPORT)
def cancel(request: MemberRequest, report_id: UUID) -> HttpResponse:
    report = _found(request, report_id)
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
    return sent(_found(request, report_id))
