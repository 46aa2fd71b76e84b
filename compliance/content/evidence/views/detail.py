"""One piece of evidence: its page, its words and dates, its file."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.evidence import actions, storage
from compliance.content.evidence.download import sent
from compliance.content.evidence.fields import DESCRIBED
from compliance.content.evidence.forms import BaseForm, DescriptionForm
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.pages import context_of, find
from compliance.content.evidence.previews import picture_of
from compliance.content.evidence.refusals import status_of
from compliance.ground.pictures import drawing
from compliance.ground.web.htmx import render_page, wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.templatetags.ui import day


@require_safe
@member_required(Permission.VIEW)
def detail(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    context = context_of(request, find(request, evidence_id))
    return render_page(request, "content/evidence/detail.html", context, partial="pane")


@require_POST
@member_required(Permission.VIEW)
def check(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    """Compare the stored bytes with the hash that was taken when they came."""
    evidence = find(request, evidence_id)
    if not evidence.is_file:
        return redirect(evidence)
    checked: dict[str, Any] = {"checked_at": timezone.now(), "fault": ""}
    try:
        storage.open_kept(evidence.organisation_id, evidence.sha256).close()
    except storage.StorageError as error:
        checked["fault"] = error.messages[0]
    if wants_partial(request.htmx):
        context = {"evidence": evidence, **checked}
        return render(request, "content/evidence/_check.html", context)
    return _detail_page(request, evidence, 503 if checked["fault"] else 200, **checked)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def edit(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    evidence = find(request, evidence_id)
    if request.method != "POST":
        form = DescriptionForm(initial=_known(evidence))
        return _edit_page(request, evidence, form, _known(evidence))
    form, base = DescriptionForm(request.POST), _base(request)
    if not form.is_valid():
        return _edit_page(request, evidence, form, base, 422)
    try:
        actions.describe(by=request.user, evidence=evidence, base=base, **form.cleaned_data)
    except actions.StaleError as error:
        for name, now in error.now.items():
            form.add_error(name, _meanwhile(now))
        return _edit_page(request, evidence, form, (base or {}) | error.now, 409)
    except ValidationError as error:
        form.add_error(None, error)
        return _edit_page(request, evidence, form, base, status_of(error))
    messages.success(request, "Saved.")
    return redirect(evidence)


@require_safe
@member_required(Permission.VIEW)
def download(request: MemberRequest, evidence_id: UUID) -> HttpResponseBase:
    evidence = find(request, evidence_id)
    if not evidence.is_file:
        return redirect(evidence)
    try:
        return sent(evidence)
    except storage.StorageError as error:
        return _detail_page(request, evidence, 503, problem=error.messages[0])


@require_safe
@member_required(Permission.VIEW)
def preview(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    """The photo, or the first page, as a picture; 404 where there is none."""
    try:
        return drawing.sent(picture_of(find(request, evidence_id)))
    except (drawing.UndrawnError, storage.StorageError) as error:
        return drawing.unsent(error)


def _known(evidence: Evidence) -> dict[str, Any]:
    return {name: getattr(evidence, name) for name in DESCRIBED}


def _base(request: MemberRequest) -> dict[str, Any] | None:
    """The values that the page showed; None when it does not say."""
    if "base_title" not in request.POST:
        return None
    form = BaseForm(request.POST)
    form.is_valid()
    shown = form.cleaned_data
    return {name: shown.get(f"base_{name}") for name in DESCRIBED}


def _meanwhile(now: Any) -> str:
    """Values that someone else changed, beside the typed ones."""
    stands = f"“{day(now) if isinstance(now, date) else now}”" if now else "nothing"
    return f"Meanwhile it was changed to {stands}. Save again to write yours over it."


def _detail_page(request: MemberRequest, evidence: Evidence, status: int, **extra: Any) -> HttpResponse:
    context = context_of(request, evidence) | extra
    return render(request, "content/evidence/detail.html", context, status=status)


def _edit_page(
    request: MemberRequest,
    evidence: Evidence,
    form: Form,
    base: dict[str, Any] | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "evidence": evidence,
        "form": form,
        "base": [(f"base_{name}", value) for name, value in (base or {}).items()],
    }
    return render(request, "content/evidence/edit.html", context, status=status)
