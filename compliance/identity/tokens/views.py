"""Tokens of a person and of the organisation: their list, a new one, and the end of one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp, stepped_up
from compliance.identity.tokens import actions
from compliance.identity.tokens.forms import TokenForm
from compliance.identity.tokens.models import TokenQuerySet
from compliance.identity.tokens.scopes import offered


@require_safe
@member_required(Permission.VIEW)
def tokens(request: MemberRequest) -> HttpResponse:
    """One's own; for those who decide about members, everybody's."""
    return _page(request, _form(request))


@require_POST
@member_required(Permission.VIEW, StepUp.FRESH)
def token_new(request: MemberRequest) -> HttpResponse:
    """Make a token; the page that comes is the only one that ever shows it.

    Sent again, it offers a new one in its place: the first page may never have come.
    """
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    values, named = form.cleaned_data, number_in(request.POST.get("instead", ""))
    try:
        token, text = actions.make_token(
            by=request.user,
            organisation=request.organisation,
            name=values["name"],
            scopes=values["scopes"],
            days=values["days"],
            is_of_organisation=form.is_of_organisation,
            sending=sending_of(request),
            instead=_seen(request).filter(pk=named).first() if named else None,
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return _page(request, form, 422)
    request.is_saved = True
    again = None if text else form
    return _page(request, _form(request), made=token, text=text, again=again)


@require_POST
@member_required(Permission.VIEW)
def token_end(request: MemberRequest, token_id: int) -> HttpResponse:
    """Take one back: one's own, or any as someone who decides about members."""
    token = get_object_or_404(_seen(request), pk=token_id)
    actions.end_token(by=request.user, token=token)
    messages.success(request, f"The token “{token}” no longer works.")
    return redirect("tokens:tokens", request.organisation.slug)


@require_POST
@stepped_up(StepUp.SESSION)
def own_end(request: MemberRequest, token_id: int) -> HttpResponse:
    """Take back one of one's own, of whatever organisation."""
    token = get_object_or_404(request.user.tokens, pk=token_id)
    actions.end_token(by=request.user, token=token)
    messages.success(request, f"The token “{token}” no longer works.")
    return redirect("accounts:security")


def _seen(request: MemberRequest) -> TokenQuerySet:
    rows = request.organisation.tokens.for_page()
    if Permission.MEMBERS in request.may:
        return rows
    return rows.filter(Q(user=request.user))


def _form(request: MemberRequest, data: Any = None) -> TokenForm:
    return TokenForm(
        data,
        offered=offered(request.membership.role),
        with_organisation=Permission.MEMBERS in request.may,
    )


def _page(request: MemberRequest, form: TokenForm, status: int = 200, **made: Any) -> HttpResponse:
    rows = list(_seen(request))
    context = made | {
        "standing": [token for token in rows if token.is_standing],
        "over": [token for token in rows if not token.is_standing],
        "form": form,
    }
    return render(request, "identity/tokens/tokens.html", context, status=status)
