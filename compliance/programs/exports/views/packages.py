"""Bundles and audit packs: asking for one, watching it being made, taking it away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import PackageKind, packages_of
from compliance.ground.web.htmx import render_page
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    who_may,
)
from compliance.identity.organisations.commands import Ways
from compliance.identity.organisations.reauthentication import StepUp
from compliance.programs.exports import actions, tasks

SHOWN = 10


@require_safe
@member_required(Permission.VIEW)
def package_list(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Files that can be taken of an assessment, those that this person asked for, and
    whom to ask for the others.
    """
    rows = request.organisation.assessments.for_page()
    assessment = get_object_or_404(rows, pk=assessment_id)
    mine = packages_of(request.organisation, request.user)
    context = {
        "assessment": assessment,
        "packages": mine.filter(assessment=assessment)[:SHOWN],
        "others": [(one, who_may(request.organisation, *one.rights)) for one in Ways(request.may).not_export],
    }
    return render(request, "programs/exports/list.html", context)


@require_POST
@member_required(Permission.ASSESS, also=Permission.EXPORT)
def ask_bundle(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    return _ask(request, assessment_id, PackageKind.BUNDLE)


@require_POST
@member_required(Permission.TRAIL, StepUp.SESSION, also=Permission.EXPORT)  # the file asks
def ask_pack(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    return _ask(request, assessment_id, PackageKind.PACK)


def _ask(request: MemberRequest, assessment_id: UUID, kind: PackageKind) -> HttpResponse:
    assessment = get_object_or_404(request.organisation.assessments, pk=assessment_id)
    package = tasks.ask_package(by=request.user, assessment=assessment, kind=kind)
    return redirect("exports:package", request.organisation.slug, package.pk)


@require_safe
@member_required(Permission.TRAIL)
def package(request: MemberRequest, package_id: UUID) -> HttpResponse:
    """The file, or how far it is: the page asks again until it is over."""
    mine = packages_of(request.organisation, request.user)
    found = get_object_or_404(mine, pk=package_id)
    context = {
        "package": found,
        "assessment": found.assessment,
        "is_there": package_store.is_wanted(found),
    }
    return render_page(request, "programs/exports/package.html", context, partial="state")


@require_POST
@member_required(Permission.TRAIL, StepUp.SESSION)
def cancel(request: MemberRequest, package_id: UUID) -> HttpResponse:
    """For the one who asked for it: nobody else sees it."""
    mine = packages_of(request.organisation, request.user)
    found = get_object_or_404(mine, pk=package_id)
    try:
        actions.cancel_package(by=request.user, package=found)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return redirect("exports:package", request.organisation.slug, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.TRAIL, also=Permission.EXPORT)
def file(request: MemberRequest, package_id: UUID) -> HttpResponseBase:
    """The file, for the one who asked for it and still may.

    It is on the trail.
    """
    mine = packages_of(request.organisation, request.user)
    found = get_object_or_404(mine, pk=package_id)
    if found.kind == PackageKind.BUNDLE and Permission.ASSESS not in request.may:
        raise Http404
    if not package_store.is_wanted(found):
        raise Http404
    if request.method != "POST":
        context = {"package": found, "assessment": found.assessment}
        return render(request, "programs/exports/file.html", context)
    actions.note_download(by=request.user, package=found)
    return package_store.sent(found)
