"""The library of evidence: list, add, detail, edit, download."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from compliance.evidence import actions, storage
from compliance.evidence.choices import Show
from compliance.evidence.filetypes import KEPT, served_as
from compliance.evidence.forms import DescriptionForm, EvidenceForm
from compliance.evidence.models import SOON_DAYS, Evidence
from compliance.evidence.periods import bar_of
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.organisations.choices import Role

PAGE_SIZE = 50
LONGEST_QUERY = 200
DOWNLOAD_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What makes bytes from outside inert in a browser."""


@require_safe
@member_required(Permission.VIEW)
def library(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    show = request.GET.get("show", "")
    show = show if show in Show.values else Show.ALL.value
    evidence = request.organisation.evidence.newest_first()
    if query:
        evidence = evidence.matching(query)
    counts = evidence.counts(today)
    pages = Paginator(evidence.shown(show, today), PAGE_SIZE)
    pages.count = counts[show]  # counted already
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, row.days_left(today), _bar(row)) for row in page],
        "counts": counts,
        "filters": [(one.value, one.label, counts[one.value]) for one in Show],
        "query": query,
        "show": show,
        "today": today,
        "soon_days": SOON_DAYS,
    }
    return render(request, "evidence/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def add(request: MemberRequest) -> HttpResponse:
    if request.method != "POST":
        return _add_page(request, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _add_page(request, form, 422)
    try:
        evidence = actions.add(
            by=request.user, organisation=request.organisation, **form.cleaned_data
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _add_page(request, form, _status(error))
    messages.success(request, f"“{evidence.title}” is in the library.")
    return redirect(evidence)


@require_safe
@member_required(Permission.VIEW)
def detail(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    return _detail_page(request, _find(request, evidence_id))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def edit(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    evidence = _find(request, evidence_id)
    if request.method != "POST":
        known = {name: getattr(evidence, name) for name in actions.DESCRIBED}
        return _edit_page(request, evidence, DescriptionForm(initial=known))
    form = DescriptionForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, evidence, form, 422)
    try:
        actions.describe(by=request.user, evidence=evidence, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _edit_page(request, evidence, form, _status(error))
    messages.success(request, "Saved.")
    return redirect(evidence)


@require_safe
@member_required(Permission.VIEW)
def download(request: MemberRequest, evidence_id: UUID) -> HttpResponseBase:
    evidence = _find(request, evidence_id)
    if not evidence.is_file:
        return redirect(evidence)
    try:
        file = storage.open_kept(evidence.organisation_id, evidence.sha256)
    except storage.StorageError as error:
        return _detail_page(request, evidence, error.messages[0], 503)
    role = request.membership.role
    if role == Role.AUDITOR and request.method == "GET":
        actions.note_view(by=request.user, evidence=evidence, role=role)
    return FileResponse(
        file,
        as_attachment=True,
        filename=evidence.file_name,
        content_type=served_as(evidence.media_type),
        headers=DOWNLOAD_HEADERS,
    )


def _find(request: MemberRequest, evidence_id: UUID) -> Evidence:
    rows = request.organisation.evidence.select_related("organisation", "added_by")
    return get_object_or_404(rows, pk=evidence_id)


def _bar(evidence: Evidence) -> object:
    return bar_of(
        evidence.covers_from,
        evidence.covers_to,
        evidence.expires_on,
        timezone.localdate(),
    )


def _add_page(
    request: MemberRequest, form: EvidenceForm, status: int = 200
) -> HttpResponse:
    context = {"form": form, "kept": KEPT}
    return render(request, "evidence/add.html", context, status=status)


def _edit_page(
    request: MemberRequest, evidence: Evidence, form: Form, status: int = 200
) -> HttpResponse:
    context = {"evidence": evidence, "form": form}
    return render(request, "evidence/edit.html", context, status=status)


def _detail_page(
    request: MemberRequest, evidence: Evidence, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "evidence": evidence,
        "same": request.organisation.evidence.same_file_as(evidence),
        "days_left": evidence.days_left(timezone.localdate()),
        "soon_days": SOON_DAYS,
        "problem": problem,
    }
    return render(request, "evidence/detail.html", context, status=status)


def _status(error: ValidationError) -> int:
    """507 for a full disk, 503 for a damaged file, 422 for what can be put right."""
    codes = {storage.FULL: 507, storage.DAMAGED: 503}
    return codes.get(str(getattr(error, "code", "")), 422)
