"""The organisation's own look of its reports."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.letterhead.actions import letterhead_of, set_letterhead
from compliance.reporting.letterhead.forms import LetterheadForm

AGAIN = "The picture is not saved yet. Choose it again."


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def letterhead(request: MemberRequest) -> HttpResponse:
    """The form; what was typed is kept where it does not fit, or is no longer new."""
    stands = letterhead_of(request.organisation)
    if request.method != "POST":
        form = LetterheadForm(instance=stands, initial={"base": stands.version})
        return _page(request, form)
    form = LetterheadForm(request.POST, request.FILES, instance=stands)
    if not form.is_valid():
        return _page(request, form, 422)
    said = form.cleaned_data
    try:
        set_letterhead(
            by=request.user,
            organisation=request.organisation,
            colour=said["colour"],
            mark=said["mark"],
            footer=said["footer"],
            logo=form.logo,
            base=said["base"],
        )
    except ValidationError as error:
        return _refused(request, error)
    messages.success(request, "Saved. Reports made from now on look like this.")
    return redirect("letterhead:letterhead", request.organisation.slug)


def _refused(request: MemberRequest, error: ValidationError) -> HttpResponse:
    """The typed values beside those of a colleague; saving again takes the typed ones."""
    stands = letterhead_of(request.organisation)
    data = request.POST.copy()
    data["base"] = stands.version
    form = LetterheadForm(data, instance=letterhead_of(request.organisation))
    form.is_valid()
    form.add_error(None, error)
    return _page(request, form, 409, others=stands)


def _page(request: MemberRequest, form: LetterheadForm, status: int = 200, **more: Any) -> HttpResponse:
    kept = letterhead_of(request.organisation)
    if request.FILES and not form.has_error("picture"):
        form.add_error("picture", AGAIN)
    context = {"form": form, "kept": kept} | more
    return render(request, "reporting/letterhead/letterhead.html", context, status=status)
