"""Archives of the organisation: asking for one, following its progress, downloading it."""

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

from compliance.ground.web.htmx import render_page
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp
from compliance.operations.closing import actions, tasks
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.pages import organisation_context


@require_safe
@member_required(Permission.MEMBERS)
def whole(request: MemberRequest) -> HttpResponse:
    """The archives of the organisation."""
    return render(request, "operations/closing/whole.html", organisation_context(request))


@require_POST
@member_required(Permission.MEMBERS, StepUp.SESSION, also=Permission.EXPORT)  # the file asks
def archive_ask(request: MemberRequest) -> HttpResponse:
    made = tasks.ask_archive(by=request.user, organisation=request.organisation)
    return redirect(made)


@require_safe
@member_required(Permission.MEMBERS)
def archive(request: MemberRequest, archive_id: UUID) -> HttpResponse:
    """The file or its progress: the page asks again until the file is made or has failed."""
    found = get_object_or_404(request.organisation.archives, pk=archive_id)
    context = {"archive": found, "is_there": archive_store.is_wanted(found)}
    return render_page(request, "operations/closing/archive.html", context, partial="state")


@require_POST
@member_required(Permission.MEMBERS, StepUp.SESSION)
def archive_cancel(request: MemberRequest, archive_id: UUID) -> HttpResponse:
    found = get_object_or_404(request.organisation.archives, pk=archive_id)
    try:
        actions.cancel_archive(by=request.user, archive=found)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.MEMBERS, also=Permission.EXPORT)
def archive_file(request: MemberRequest, archive_id: UUID) -> HttpResponseBase:
    """The file, for every owner. The trail records each download."""
    found = get_object_or_404(request.organisation.archives, pk=archive_id)
    if not archive_store.is_wanted(found):
        raise Http404
    if request.method != "POST":
        return render(request, "operations/closing/file.html", {"archive": found})
    actions.note_download(by=request.user, archive=found)
    return archive_store.sent(found)
