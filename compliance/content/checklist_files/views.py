"""Import and export of checklists; an imported one belongs to the organisation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from compliance.content.checklist_files import actions
from compliance.content.checklist_files.actions import Coming, Taken, Wish
from compliance.content.checklist_files.forms import ChecklistForm, FormatForm, KeepForm
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists import content
from compliance.content.evidence.download import attached
from compliance.content.formats import pending_imports
from compliance.content.formats.findings import Found
from compliance.identity.organisations.access import MemberRequest, Permission, member_required

TYPED = ("number", "language", "chosen")
"""Details of an edition or checklist that a person may give where its file does not."""


@require_safe
@member_required(Permission.EDIT)
def checklist_in(request: MemberRequest) -> HttpResponse:
    return _page(request, ChecklistForm(themes=content.themes()), 200)


def _page(request: MemberRequest, form: ChecklistForm, status: int = 422, **more: Any) -> HttpResponse:
    context = {"form": form} | more
    return render(request, "content/checklist_files/checklist_in.html", context, status=status)


def _gone(request: MemberRequest) -> HttpResponse:
    """The form for a file, with why its preview is not there."""
    form = ChecklistForm({}, themes=content.themes())
    form.errors.clear()
    form.add_error("upload", pending_imports.GONE)
    return _page(request, form, 404)


@require_POST
@member_required(Permission.EDIT)
def checklist_read(request: MemberRequest) -> HttpResponse:
    form = ChecklistForm(request.POST, request.FILES, themes=content.themes())
    if not form.is_valid():
        return _page(request, form)
    upload = form.cleaned_data["upload"]
    found = actions.read(upload.chunks(), upload.name)
    if found.faults:
        return _page(request, form, faults=found.faults, file_name=upload.name)
    try:
        draft_id = actions.keep(
            by=request.user,
            organisation=request.organisation,
            name=upload.name,
            found=found,
            theme=form.cleaned_data["theme"],
        )
    except OSError:
        form.add_error("upload", "There was no room to receive the file. Send it later.")
        return _page(request, form)
    path = reverse("checklist_files:checklist_preview", args=[request.organisation.slug])
    return redirect(f"{path}?draft={draft_id}")


@require_safe
@member_required(Permission.EDIT)
def checklist_preview(request: MemberRequest) -> HttpResponse:
    if "draft" not in request.GET:
        return redirect("checklist_files:checklist_in", request.organisation.slug)
    if (draft := _draft(request, request.GET["draft"])) is None:
        return _gone(request)
    draft_id, name, wish, found = draft
    return _preview(request, draft_id, name, actions.preview(found, wish))


def _draft(request: MemberRequest, text: Any, **decided: Any) -> tuple[UUID, str, Wish, Found] | None:
    """The person's own draft here, with what is decided on its preview, if it is there."""
    try:
        draft_id = UUID(str(text))
    except ValueError as error:
        raise Http404 from error
    kept = actions.find(by=request.user, organisation=request.organisation, draft_id=draft_id)
    if kept is None:
        return None
    name, theme, found = kept
    return draft_id, name, Wish(theme, request.organisation, **decided), found


def _preview(
    request: MemberRequest,
    draft_id: UUID,
    name: str,
    coming: Coming,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"draft_id": draft_id, "file_name": name, "coming": coming}
    context |= {"has_moved": status == 409, "faults": coming.faults}
    context["form"] = KeepForm(themes=content.themes())
    page = "content/checklist_files/checklist_preview.html"
    return render(request, page, context | more, status=status)


@require_POST
@member_required(Permission.EDIT)
def checklist_take(request: MemberRequest) -> HttpResponse:
    form = KeepForm(request.POST, themes=content.themes())
    if form.errors.keys() - set(TYPED):
        raise Http404
    said = form.cleaned_data
    decided = {name: said[name] for name in ("replace", *TYPED) if name in said}
    decided["same"] = tuple(request.POST.getlist("same"))
    if (draft := _draft(request, said["draft"], **decided)) is None:
        return _gone(request)
    draft_id, name, wish, found = draft

    def again(status: int, **more: Any) -> HttpResponse:
        coming = actions.preview(found, wish.as_shown())
        more |= {"form": form, "status": status}
        return _preview(request, draft_id, name, coming, **more)

    if form.errors:
        return again(422)
    try:
        taken = actions.take_in(by=request.user, found=found, wish=wish, seen=said["seen"])
    except actions.MovedError:
        return again(409)
    except actions.FaultyError as refused:
        return again(422, faults=refused.faults)
    actions.drop(by=request.user, organisation=request.organisation, draft_id=draft_id)
    return _taken(request, taken)


def _taken(request: MemberRequest, taken: Taken) -> HttpResponse:
    edition = taken.edition
    if edition is None:
        raise Http404  # relations alone are the library's
    said = "was imported as a draft" if taken.is_changed else "was here already"
    messages.success(request, f"{edition.checklist.title} {edition.number} {said}.")
    return redirect("checklists:detail", request.organisation.slug, edition.pk)


@require_POST
@member_required(Permission.REPORT)
def checklist_file(request: MemberRequest, edition_id: int) -> HttpResponse:
    readable = content.readable(request.organisation, with_drafts=Permission.EDIT in request.may)
    edition = get_object_or_404(readable, pk=edition_id)
    form = FormatForm(request.POST)
    if not form.is_valid():
        raise Http404
    name = form.cleaned_data["form"]
    written = actions.write(by=request.user, organisation=request.organisation, edition=edition, form=name)
    kind = FORMATS[name]
    words = [slugify(edition.checklist.key)[:60], slugify(edition.number)[:20]]
    file_name = "-".join(filter(None, words)) + kind.suffix
    return attached(written, kind.media_type, file_name)
