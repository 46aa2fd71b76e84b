"""Reports: ask, poll, fetch, cancel."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from ninja import Router

from compliance.assurance.reviews.models import SignOff
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import Said, operation
from compliance.programs.api.problems import ProblemError
from compliance.programs.api.resources.assessments import find_assessment
from compliance.programs.api.shapes.reports import ReportAsked, ReportShape
from compliance.reporting.reports import actions, tasks
from compliance.reporting.reports.access import may_cancel, reports_for
from compliance.reporting.reports.download import sent
from compliance.reporting.reports.kinds import ReportOptions, State
from compliance.reporting.reports.models import Report

router = Router(tags=["reports"])
PDF = {
    "responses": {
        200: {
            "description": "The sealed PDF, as an attachment.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
SOON = "2"
"""Seconds until a report may be further."""


def _find(request: ApiRequest, report_id: UUID) -> Report:
    found = reports_for(request.organisation, request.may).filter(pk=report_id).first()
    if found is None:
        raise Http404
    return found


@operation(router, "GET", "/reports", Permission.REPORT, gives={200: Page[ReportShape]})
def list_reports(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[ReportShape]:
    """Every report, the newest first."""
    rows = reports_for(request.organisation, request.may)
    found, after = sliced(rows, ("-asked_at", "pk"), cursor, limit)
    return Page(items=[ReportShape.of(one) for one in found], next=after)


@operation(
    router,
    "POST",
    "/assessments/{uuid:assessment_id}/reports",
    Permission.REPORT,
    gives={202: ReportShape},
    once="within",
)
def ask_report(request: ApiRequest, assessment_id: UUID, given: ReportAsked) -> Said:
    """Ask for a report. Poll its address until ``status`` is no longer “waiting”."""
    if given.revision and given.as_of_seq:
        faults = [{"at": "body.as_of_seq", "says": "It cannot be combined with a revision."}]
        raise ProblemError(422, "Ask for one state of the assessment.", faults=faults)
    assessment = find_assessment(request, assessment_id)
    try:
        asked = tasks.ask(
            by=request.person,
            assessment=assessment,
            wanted=ReportOptions(given.kind, given.language, given.extract, given.clauses),
            state=State(given.revision, given.as_of_seq),
        )
    except SignOff.DoesNotExist:
        faults = [{"at": "body.revision", "says": "This revision is not signed."}]
        raise ProblemError(422, "See /reviews.", faults=faults) from None
    shape = ReportShape.of(_find(request, asked.pk))
    address = f"/api/v1/reports/{asked.pk}"
    return Said(shape, 202, Location=address, Retry_After=SOON)


@operation(
    router,
    "GET",
    "/reports/{uuid:report_id}",
    Permission.REPORT,
    gives={200: ReportShape},
)
def get_report(request: ApiRequest, report_id: UUID) -> Said:
    """How far a report is; ``Retry-After`` says when to ask again."""
    found = _find(request, report_id)
    again: dict[str, Any] = {} if found.is_over else {"Retry_After": SOON}
    return Said(ReportShape.of(found), **again)


@operation(
    router,
    "GET",
    "/reports/{uuid:report_id}/file",
    Permission.REPORT,
    gives={200: None},
    also=PDF,
)
def fetch_report(request: ApiRequest, report_id: UUID) -> HttpResponseBase:
    """The PDF of a report that is done; 404 before."""
    return sent(_find(request, report_id))


@operation(
    router,
    "POST",
    "/reports/{uuid:report_id}/cancel",
    Permission.REPORT,
    gives={200: ReportShape},
)
def cancel_report(request: ApiRequest, report_id: UUID) -> ReportShape:
    """Stop a report: whoever asked for it, or runs the assessment, may."""
    author, found = author_of(request), _find(request, report_id)
    if not may_cancel(found, author, request.may):
        raise PermissionDenied
    actions.cancel_report(by=author, report=found)
    return ReportShape.of(_find(request, report_id))
