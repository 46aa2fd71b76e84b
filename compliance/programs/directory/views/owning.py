"""The page of owners: rules, token, and whom the directory keeps."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.programs.directory import actions
from compliance.programs.directory.forms import RulesForm
from compliance.programs.directory.pages import directory_context


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.MEMBERS)
def page(request: MemberRequest) -> HttpResponse:
    """The rules, the token, and the people and groups of the directory."""
    if request.method != "POST":
        return _page(request)
    form = RulesForm(request.POST, organisation=request.organisation)
    if form.is_valid():
        try:
            actions.set_rules(
                by=request.user,
                organisation=request.organisation,
                role=form.cleaned_data["role"],
                heir=form.chosen,
            )
        except ValidationError as error:
            form.add_error("heir", error.messages)
        else:
            messages.success(request, "The rules are saved.")
            return redirect("directory:page", request.organisation.slug)
    return _page(request, 422, form=form)


@require_POST
@member_required(Permission.MEMBERS)
def token_renew(request: MemberRequest) -> HttpResponse:
    """Make a token; only the page in this reply ever shows it."""
    try:
        token, text = actions.renew_token(by=request.user, organisation=request.organisation)
    except ValidationError as error:
        return _page(request, 422, problems=error.messages)
    request.is_saved = True
    return _page(request, made=token, text=text)


@require_POST
@member_required(Permission.MEMBERS)
def token_end(request: MemberRequest) -> HttpResponse:
    """End the token of the directory."""
    actions.end_token(by=request.user, organisation=request.organisation)
    messages.success(request, "The token of the directory no longer works.")
    return redirect("directory:page", request.organisation.slug)


def _page(request: MemberRequest, status: int = 200, **extra: Any) -> HttpResponse:
    form = {"form": RulesForm(organisation=request.organisation)}
    context = directory_context(request.organisation) | form | extra
    return render(request, "programs/directory/page.html", context, status=status)
