"""Two periods, days, subjects or organisations side by side."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from compliance.content.checklists.diff import Runs, word_diff
from compliance.content.evidence.download import attached
from compliance.ground.web.replica import may_lag
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    open_to,
)
from compliance.reporting.comparison import actions, differences, sides
from compliance.reporting.comparison.differences import Change, Comparison, Kind
from compliance.reporting.comparison.forms import SidesForm
from compliance.reporting.results.files import TYPES
from compliance.reporting.results.law import RULED_ON
from compliance.reporting.results.stands import assessments_of, chain_of
from compliance.work.assessments.models import Assessment

PAGE = 40
"""Questions on one page."""
LONG = 400
"""Letters of two answers from which they are compared word by word."""
LEVEL, BESIDE = "level", "beside"


@require_safe
@member_required(Permission.VIEW)
@may_lag
def compare(request: MemberRequest) -> HttpResponse:
    """The changes between two sides, both of which the person may read."""
    if "swap" in request.GET:
        return redirect(_swapped(request))
    form = SidesForm(request.GET)
    found, fault, status = None, "", 200
    before, after = _chosen(request, form, Permission.VIEW)
    if after and "before" not in request.GET:
        before = _earlier(after)
    if not form.is_valid():
        status = 422
    elif before and after:
        try:
            found = _compared(form, before, after)
        except ValidationError as error:
            fault, status = error.messages[0], 422
    like = after or before
    rows = list(sides.choices(open_to(request, Permission.VIEW), like)[: sides.MOST])
    rows += [one for one in (before, after) if one and one not in rows]
    context: dict[str, Any] = {
        "form": form,
        "before": before,
        "after": after,
        "options": [(one, _option(request, one, like)) for one in rows],
        "like": like,
        "fault": fault,
        "found": found,
        "formats": TYPES,
        "rules": RULED_ON,
        "may_take": found and _may_take(request, before, after),
    }
    if found:
        context |= _shown(request, found)
    return render(request, "reporting/comparison/compare.html", context, status=status)


@require_POST
@member_required(Permission.REPORT)
def figures(request: MemberRequest) -> HttpResponse:
    """The comparison as a file; that it was taken is in the trail of both sides."""
    form, kind = SidesForm(request.POST), request.POST.get("format", "")
    before, after = _chosen(request, form, Permission.REPORT)
    if kind not in TYPES or not before or not after or not form.is_valid():
        raise Http404
    try:
        found = _compared(form, before, after)
    except ValidationError as error:
        raise Http404 from error
    today = timezone.localdate()
    content = actions.write_comparison(
        by=request.user,
        assessments=[before, after],
        found=found,
        today=today,
        form=kind,
    )
    name = f"comparison-{after.edition.checklist.key}-{today.isoformat()}.{kind}"
    return attached(content, TYPES[kind], name)


def _compared(form: SidesForm, before: Assessment, after: Assessment) -> Comparison:
    """Raises ``ValidationError`` for two sides that say nothing of each other."""
    today = timezone.localdate()
    days: list[date | None] = [
        day if day and day < today else None
        for day in (form.cleaned_data["before_on"], form.cleaned_data["after_on"])
    ]
    if before == after and days[0] == days[1]:
        raise ValidationError("Both sides are the same: choose two different ones.")
    if before.edition.checklist_id != after.edition.checklist_id:
        msg = "They answer different checklists: choose two of one checklist."
        raise ValidationError(msg)
    return differences.compare(sides.side(before, days[0], today), sides.side(after, days[1], today))


def _earlier(after: Assessment) -> Assessment | None:
    """The last period before that answers the same checklist."""
    _, *chain = chain_of(after, assessments_of([after.organisation]))
    checklist = after.edition.checklist_id
    same = (one for one in chain if one.edition.checklist_id == checklist)
    return next(same, None)


def _chosen(
    request: MemberRequest, form: SidesForm, permission: Permission
) -> tuple[Assessment | None, Assessment | None]:
    """The chosen assessments; 404 for one of an organisation that is not open here."""
    form.is_valid()
    ids = [form.cleaned_data.get(name) for name in ("before", "after")]
    rows = sides.choices(open_to(request, permission), None)
    found: Mapping[UUID, Assessment] = {one.pk: one for one in rows.filter(pk__in=[pk for pk in ids if pk])}
    if any(pk and pk not in found for pk in ids):
        raise Http404
    before, after = (found.get(pk) if pk else None for pk in ids)
    return before, after


def _shown(request: MemberRequest, found: Comparison) -> dict[str, Any]:
    """The questions that a filter leaves, a page of them, with the words that differ."""
    asked = request.GET.get("show", "")
    filters: dict[str, tuple[str, list[Change]]] = {
        "": ("All changed", [one for one in found.changes if one.kind != Kind.SAME])
    }
    for kind in Kind:
        if kind != Kind.SAME:
            rows = [one for one in found.changes if one.kind == kind]
            filters[kind.value] = kind.label, rows
    filters[LEVEL] = "Level changed", [one for one in found.changes if one.is_level]
    beside = [one for one in found.changes if one.also and one.kind == Kind.SAME]
    filters[BESIDE] = "Note, evidence, owner alone", beside
    show = asked if asked in filters else ""
    page = Paginator(filters[show][1], PAGE).get_page(request.GET.get("page"))
    address = request.GET.copy()
    address.pop("page", None)
    paged = address.urlencode()
    address.pop("show", None)
    return {
        "filters": [
            (label, f"?{address.urlencode()}&show={name}", len(rows), name == show)
            for name, (label, rows) in filters.items()
            if rows or name in ("", show)
        ],
        "page": page,
        "paged": paged,
        "rows": [(one, _runs(one)) for one in page],
        "totals": [
            (pair, differences.total(pair.before), differences.total(pair.after)) for pair in found.scales
        ],
    }


def _runs(one: Change) -> Runs:
    """The two answers; word by word where they are long texts."""
    if len(one.was) + len(one.now) < LONG:
        return [(name, text) for name, text in (("del", one.was), ("ins", one.now))]
    return word_diff(one.was, one.now)


def _swapped(request: MemberRequest) -> str:
    """The address of the same comparison the other way round."""
    names = ("before", "after", "before_on", "after_on")
    other = dict(zip(names, ("after", "before", "after_on", "before_on"), strict=True))
    given = {name: request.GET.get(other[name], "")[:40] for name in names}
    address = reverse("comparison:compare", args=[request.organisation.slug])
    return f"{address}?{urlencode({k: v for k, v in given.items() if v})}"


def _may_take(request: MemberRequest, *chosen: Assessment | None) -> bool:
    open_ = {one.pk for one in open_to(request, Permission.REPORT)}
    return all(one and one.organisation_id in open_ for one in chosen)


def _option(request: MemberRequest, one: Assessment, like: Assessment | None) -> str:
    name = sides.name_of(one)
    if like is None:
        name = f"{one.edition.checklist.title}: {name}"
    if one.organisation_id != request.organisation.pk:
        name = f"{name} ({one.organisation.name})"
    return name
