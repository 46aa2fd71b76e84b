"""Gaps of the whole organisation, the plan that closes them, and actions made of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.assessments.models import Answer
from compliance.evidence.download import DOWNLOAD_HEADERS
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.results import actions
from compliance.results.files import TYPES
from compliance.results.forms import PlanForm
from compliance.results.gaps import Show, gaps_of
from compliance.results.overview import assessments_of, current, stands_of
from compliance.results.plan import plan_of
from compliance.workspace.pages import owners

FIRST = 10
"""Gaps of each list that the page shows at first."""
MOST = 100
"""Gaps of each list that it shows at all; the file has every one."""


@require_safe
@member_required(Permission.VIEW)
def gaps(request: MemberRequest) -> HttpResponse:
    return _page(request, None)


@require_POST
@member_required(Permission.ANSWER)
def plan(request: MemberRequest) -> HttpResponse:
    """Actions for the gaps that were marked, in one press."""
    form = PlanForm(request.POST, people=owners(request))
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        made, had = actions.plan_gaps(
            by=request.user,
            organisation=request.organisation,
            answer_ids=form.cleaned_data["answer"],
            due_on=form.cleaned_data["due_on"],
            owner_id=form.cleaned_data["owner"],
        )
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _page(request, form, 422)
    said = f"{made} action{'' if made == 1 else 's'} made."
    if had:
        said += f" {had} had one already."
    messages.success(request, said)
    return redirect("results:gaps", request.organisation.slug)


@require_POST
@member_required(Permission.REPORT)
def gap_figures(request: MemberRequest) -> HttpResponse:
    """Every gap as a file; the export is in the trail."""
    form = request.POST.get("format", "")
    if form not in TYPES:
        raise Http404
    today = timezone.localdate()
    content = actions.write_gaps(
        by=request.user, organisation=request.organisation, today=today, form=form
    )
    response = HttpResponse(content, content_type=TYPES[form], headers=DOWNLOAD_HEADERS)
    name = f"gaps-{request.organisation.slug}-{today.isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(
    request: MemberRequest, form: PlanForm | None, status: int = 200
) -> HttpResponse:
    today, here = timezone.localdate(), request.organisation
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in Show.values else Show.ALL
    rows = current(assessments_of([here]))
    found = gaps_of(here, rows, today)
    counts, shown = found.counts(), found.shown(show)
    if form is None and Permission.ANSWER in request.may:
        form = PlanForm(people=owners(request))
    most = FIRST if show == Show.ALL else MOST
    marks = {
        later.on
        for one in stands_of(rows, today).values()
        for later in one.figures.ahead
    }
    context: dict[str, Any] = {
        "today": today,
        "law": shown.law[:most],
        "law_more": len(shown.law) - most,
        "scales": [
            (name, some[:most], len(some) - most)
            for name, some in shown.scales.items()
            if some
        ],
        "found": found,
        "rating_count": len(found.ratings),
        "filters": [(one, counts[one], one == show) for one in Show],
        "show": show,
        "form": form,
        "ticked": form["answer"].value() or [] if form else [],
        "plan": plan_of(here, sorted(marks), today),
        "formats": TYPES,
    }
    return render(request, "results/gaps.html", context, status=status)
