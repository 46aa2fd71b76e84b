"""The whole organisation on one page, and its figures as a file."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.content.evidence.download import attached
from compliance.ground.web.replica import may_lag
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    open_to,
)
from compliance.identity.organisations.models import Organisation
from compliance.reporting.results import actions
from compliance.reporting.results.files import TYPES
from compliance.reporting.results.law import RULED_ON
from compliance.reporting.results.matrix import matrix
from compliance.reporting.results.overview import by_organisation, by_subject
from compliance.reporting.results.overview import (
    overview as overview_of,
)
from compliance.reporting.results.stands import assessments_of, current, stands_of

COLUMNS = 20
"""Subjects or organisations side by side on one page."""
SUBJECTS, ORGANISATIONS = "subjects", "organisations"


@require_safe
@member_required(Permission.VIEW)
@may_lag
def overview(request: MemberRequest) -> HttpResponse:
    """Where the organisation stands; the matrix may set others beside it.

    Those are the organisations that the person may look into, and no others.
    """
    today, here = timezone.localdate(), request.organisation
    group = _group(request, Permission.VIEW)
    by = ORGANISATIONS if request.GET.get("by") == ORGANISATIONS else SUBJECTS
    is_group = by == ORGANISATIONS and len(group) > 1
    rows = assessments_of(group if is_group else [here])
    stands = stands_of(rows, today)
    now = [stands[one.pk] for one in current(rows)]
    columns = by_organisation(group, now) if is_group else by_subject(now)
    page = Paginator(columns, COLUMNS).get_page(request.GET.get("page"))
    own = [one for one in rows if one.organisation_id == here.pk]
    context: dict[str, Any] = {
        "today": today,
        "view": overview_of(own, stands, here, today),
        "matrix": matrix(list(page)),
        "page": page,
        "side": by if is_group else SUBJECTS,
        "organisation_count": len(group),
        "formats": TYPES,
        "rules": RULED_ON,
    }
    return render(request, "reporting/results/overview.html", context)


@require_POST
@member_required(Permission.REPORT)
def figures(request: MemberRequest) -> HttpResponse:
    """The figures behind the page as a file; the export is in each trail it is from."""
    form = request.POST.get("format", "")
    if form not in TYPES:
        raise Http404
    is_group = request.POST.get("by") == ORGANISATIONS
    chosen = [request.organisation]
    if is_group:
        chosen = _group(request, Permission.REPORT)
    today = timezone.localdate()
    content = actions.write_all_figures(by=request.user, organisations=chosen, today=today, form=form)
    name = f"results-{request.organisation.slug}-{today.isoformat()}.{form}"
    return attached(content, TYPES[form], name)


def _group(request: MemberRequest, permission: Permission) -> list[Organisation]:
    """The organisations that stand together; an invented one stands alone."""
    here = request.organisation
    if here.is_sample:
        return [here]
    return [one for one in open_to(request, permission) if not one.is_sample]
