"""The result of an assessment, its targets, and its figures as a file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.checklists.scales import Scale, scales_of
from compliance.content.evidence.download import attached
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.results import actions
from compliance.reporting.results.beside import beside
from compliance.reporting.results.choices import Reach
from compliance.reporting.results.files import TYPES
from compliance.reporting.results.forms import TargetForm
from compliance.reporting.results.levels import target_name
from compliance.reporting.results.pages import context_of
from compliance.reporting.results.queries import beyond_scale, read
from compliance.work.assessments.models import Assessment


def find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.for_page()
    return get_object_or_404(rows, pk=assessment_id)


@require_safe
@member_required(Permission.VIEW)
def result(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    today = timezone.localdate()
    found = read(find(request, assessment_id), today)
    context = context_of(found, beside(found.assessment, today))
    return render(request, "reporting/results/result.html", context)


@require_POST
@member_required(Permission.REPORT)
def figures(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Every figure of the result as a file; the export is in the trail."""
    form = request.POST.get("format", "")
    if form not in TYPES:
        raise Http404
    assessment = find(request, assessment_id)
    content = actions.write_figures(
        by=request.user, assessment=assessment, today=timezone.localdate(), form=form
    )
    key, day = assessment.edition.checklist.key, timezone.localdate().isoformat()
    return attached(content, TYPES[form], f"result-{key}-{day}.{form}")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def targets(request: MemberRequest, assessment_id: UUID, scale: str) -> HttpResponse:
    """The levels that the organisation wants on one scale."""
    assessment = find(request, assessment_id)
    found = _scale_of(assessment, scale)
    if request.method != "POST":
        reach = request.GET.get("for", Reach.ASSESSMENT)
        reach = reach if reach in Reach.values else Reach.ASSESSMENT.value
        form = TargetForm(scale=found, initial=_initial(assessment, found, reach))
        return _page(request, assessment, form)
    form = TargetForm(request.POST, scale=found)
    if not form.is_valid():
        return _page(request, assessment, form, 422)
    try:
        actions.set_targets(
            by=request.user,
            assessment=assessment,
            scale=found,
            levels=form.levels(),
            holds_by=form.cleaned_data["holds_by"],
            reach=Reach(form.cleaned_data["reach"]),
            base=form.cleaned_data[form.base_name],
        )
    except ValidationError as error:
        return _refused(request, assessment, form, error)
    messages.success(request, "Targets saved.")
    return redirect("results:result", request.organisation.slug, assessment.pk)


def _scale_of(assessment: Assessment, key: str) -> Scale:
    for scale in scales_of(assessment.edition.scales):
        if scale.key == key:
            return scale
    raise Http404


def _initial(assessment: Assessment, scale: Scale, reach: str) -> dict[str, Any]:
    """Stored targets by the names of the form: the default where a group has no own."""
    own, for_all = (list(actions.targets_of(assessment, scale.key, one)) for one in Reach.values)
    shown = [*for_all, *own] if reach == Reach.ASSESSMENT else for_all
    levels = {f"group-{one.group}": str(one.level) for one in shown}
    day = shown[-1].holds_by if shown else None
    return levels | {
        "reach": reach,
        "holds_by": day,
        "base": actions.mark(own),
        "base_for_all": actions.mark(for_all),
    }


def _refused(request: MemberRequest, assessment: Assessment, form: TargetForm, error: Any) -> HttpResponse:
    """The typed targets beside those of a colleague; saving again takes the typed ones."""
    if getattr(error, "code", "") != "stale":
        form.add_error(None, error)
        return _page(request, assessment, form, 422)
    reach = form.cleaned_data["reach"]
    stands = list(actions.targets_of(assessment, form.scale.key, reach))
    data = request.POST.copy()
    data[form.base_name] = actions.mark(stands)
    form = TargetForm(data, scale=form.scale)
    form.is_valid()
    form.add_error(None, error)
    others = [
        (group.title, target_name(form.scale, one.level))
        for group in form.scale.groups
        for one in stands
        if one.group == group.key
    ]
    return _page(request, assessment, form, 409, others=others)


def _page(
    request: MemberRequest,
    assessment: Assessment,
    form: TargetForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    beyond = beyond_scale(assessment, form.scale)
    context = {"assessment": assessment, "scale": form.scale, "form": form}
    context |= {"beyond": beyond} | more
    return render(request, "reporting/results/targets.html", context, status=status)
