"""Where an assessment was imported from, and who counts as its author here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.bundles import origins
from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.actions import say_whose
from compliance.work.assessments.imported_answers import answers_of, asked_of, names_of

PAGE = 100


@require_safe
@member_required(Permission.TRAIL)
def origin(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """The trail of there, checked; ``?trail=2&before=SEQ`` shows others and older ones."""
    rows = origins.origins_of(request.organisation)
    found = get_object_or_404(rows, assessment=assessment_id)
    trails = origins.kept_with(found.assessment)
    asked = request.GET.get("trail", "")
    shown = next((k for k in trails if str(k.trail.position) == asked), trails[-1])
    before = number_in(request.GET.get("before"))
    events = shown.trail.events.order_by("-seq")
    if before is not None:
        events = events.filter(seq__lt=before)
    some = list(events[: PAGE + 1])
    context = {
        "origin": found,
        "names": found.namesakes.exclude(member=None).select_related("account", "member").order_by("pk"),
        "assessment": found.assessment,
        "trails": trails,
        "shown": shown,
        "entries": origins.entries(some[:PAGE], shown.trail),
        "older": some[PAGE - 1].seq if len(some) > PAGE else None,
    }
    return render(request, "assurance/bundles/origin.html", context)


@require_safe
@member_required(Permission.VIEW)
def names(request: MemberRequest) -> HttpResponse:
    """The people of bundles that someone here is believed to be."""
    return _names(request)


@require_POST
@member_required(Permission.VIEW)
def name_said(request: MemberRequest, name_id: int) -> HttpResponse:
    """Keep a person's yes (``said=yes``) or no (``said=no``)."""
    get_object_or_404(names_of(request.user, request.organisation), pk=name_id)
    said = request.POST.get("said")
    if said not in {"yes", "no"}:
        return _names(request, status=422, fault="Say yes or no.")
    try:
        name = say_whose(
            by=request.user,
            organisation=request.organisation,
            name_id=name_id,
            is_theirs=said == "yes",
        )
    except ValidationError as error:
        return _names(request, status=409, fault=" ".join(error.messages))
    whose = "yours" if said == "yes" else "not yours"
    messages.success(request, f"Kept: the answers of {name.account} are {whose}.")
    return redirect("bundles:names", request.organisation.slug)


def _names(request: MemberRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    asked = asked_of(request.user, request.organisation)
    rows = [{"name": name, "answers": answers_of(name)} for name in asked]
    context = {"asked": rows} | more
    return render(request, "assurance/bundles/names.html", context, status=status)
