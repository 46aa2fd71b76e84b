"""Import of an assessment from a bundle: read, previewed, then imported whole or not at all."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.bundles.bundle_import import bring_in
from compliance.assurance.bundles.forms import BringForm, BundleForm
from compliance.assurance.bundles.import_plan import Coming, plan
from compliance.assurance.bundles.process import UnreadableError, opened
from compliance.content.checklist_files.actions import MovedError
from compliance.content.formats import pending_imports
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    who_may,
)

PREVIEW = "assurance/bundles/bundle_preview.html"


@require_safe
@member_required(Permission.ASSESS)
def bundle_in(request: MemberRequest) -> HttpResponse:
    return render(request, "assurance/bundles/bundle_in.html", {"form": BundleForm()})


@require_POST
@member_required(Permission.ASSESS)
def bundle_read(request: MemberRequest) -> HttpResponse:
    form = BundleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, form)
    upload = form.cleaned_data["upload"]
    try:
        draft_id = pending_imports.keep_file(
            user_id=request.user.pk,
            thing_id=request.organisation.pk,
            chunks=upload.chunks(),
        )
        if (path := _path(request, draft_id)) is None:  # another file came meanwhile
            return _gone(request)
        with path.open("rb") as file, opened(file):
            pass
    except OSError:
        form.add_error("upload", "There was no room to receive the file. Send it later.")
    except (UnreadableError, ValidationError) as refused:
        form.add_error("upload", " ".join(getattr(refused, "messages", [str(refused)])))
    if form.errors:
        return _again(request, form)
    address = reverse("bundles:bundle_preview", args=[request.organisation.slug])
    return redirect(f"{address}?draft={draft_id}")


def _again(request: MemberRequest, form: BundleForm, status: int = 422) -> HttpResponse:
    return render(request, "assurance/bundles/bundle_in.html", {"form": form}, status=status)


@require_safe
@member_required(Permission.ASSESS)
def bundle_preview(request: MemberRequest) -> HttpResponse:
    """Preview the import; ``person-p1=address`` says who someone is here."""
    form = BringForm(request.GET)
    if not form.is_valid():
        return redirect("bundles:bundle_in", request.organisation.slug)
    if (path := _path(request, form.cleaned_data["draft"])) is None:
        return _gone(request)
    try:
        with path.open("rb") as file, opened(file) as bundle:
            coming = plan(bundle, request.organisation, form.emails())
            return _shown(request, form, coming)
    except UnreadableError as refused:
        return _again(request, _refused(str(refused)))


@require_POST
@member_required(Permission.ASSESS)
def bundle_take(request: MemberRequest) -> HttpResponse:
    form = BringForm(request.POST)
    if not form.is_valid():
        raise Http404
    if (path := _path(request, form.cleaned_data["draft"])) is None:
        return _gone(request)
    try:
        return _taken(request, form, path)
    except UnreadableError as refused:
        return _again(request, _refused(str(refused)))


def _gone(request: MemberRequest) -> HttpResponse:
    return _again(request, _refused(pending_imports.GONE), 404)


def _refused(why: str) -> BundleForm:
    """The form for a bundle that was there before and cannot be read now, with why."""
    form = BundleForm(data={})
    form.errors.clear()
    form.add_error("upload", why)
    return form


def _taken(request: MemberRequest, form: BringForm, path: Path) -> HttpResponse:
    emails = form.emails()
    with path.open("rb") as file, opened(file) as bundle:
        try:
            assessment = bring_in(
                by=request.user,
                organisation=request.organisation,
                bundle=bundle,
                emails=emails,
                seen=form.cleaned_data["seen"],
            )
        except MovedError:
            coming = plan(bundle, request.organisation, emails)
            return _shown(request, form, coming, status=409, has_moved=True)
        except ValidationError as refused:
            coming = plan(bundle, request.organisation, emails)
            more = {"refusals": refused.messages}
            return _shown(request, form, coming, status=422, **more)
    path.unlink(missing_ok=True)
    messages.success(request, f"{assessment} was imported, with an equal content hash.")
    return redirect(assessment.get_absolute_url())


def _path(request: MemberRequest, draft_id: UUID) -> Path | None:
    """The person's own draft here, if it is there."""
    return pending_imports.file_of(
        user_id=request.user.pk, thing_id=request.organisation.pk, draft_id=draft_id
    )


def _shown(
    request: MemberRequest,
    form: BringForm,
    coming: Coming,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "draft_id": form.cleaned_data["draft"],
        "coming": coming,
        "refusals": (),
        "head": coming.bundle.head,
        "assessment": coming.bundle.rows["assessment"],
        "people": who_may(request.organisation, Permission.VIEW),
    }
    return render(request, PREVIEW, context | more, status=status)
