"""Closing an organisation, keeping it after all, and the receipt of its deletion."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.content.evidence.download import attached
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp
from compliance.operations.closing import grace
from compliance.operations.closing.forms import CloseForm
from compliance.operations.closing.pages import organisation_context
from compliance.proof.audit import receipts


@require_POST
@member_required(Permission.MEMBERS, StepUp.EACH)
def close(request: MemberRequest) -> HttpResponse:
    """Let the days of grace begin."""
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            grace.start_closing(
                by=request.user,
                organisation=request.organisation,
                name=form.cleaned_data["name"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("closing:whole", request.organisation.slug)
    context = organisation_context(request) | {"form": form}
    return render(request, "operations/closing/whole.html", context, status=422)


@require_POST
@member_required(Permission.MEMBERS)
def keep(request: MemberRequest) -> HttpResponse:
    """Stop the closing: any owner may, until the deletion begins."""
    try:
        grace.stop_closing(by=request.user, organisation=request.organisation)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The organisation will not be deleted.")
    return redirect("closing:whole", request.organisation.slug)


@require_safe
@login_not_required
def receipt(request: HttpRequest, receipt_name: str) -> HttpResponse:
    """The receipt of a deletion, for anybody who knows its address."""
    note = _note_of(receipt_name)
    context = {"receipt": receipts.read(note), "note": note, "name": receipt_name}
    status = 200 if note else 404
    return render(request, "operations/closing/receipt.html", context, status=status)


@require_safe
@login_not_required
def receipt_file(request: HttpRequest, receipt_name: str) -> HttpResponse:
    """The signed note as a text file."""
    note = _note_of(receipt_name)
    if not note:
        raise Http404
    return attached(note.encode(), "text/plain; charset=utf-8", "receipt.txt")


def _note_of(receipt_name: str) -> str:
    try:
        return receipts.signed_note(receipt_name)
    except ValueError as error:
        raise Http404 from error
