"""Inviting by mail, and the page an invitation leads to."""

from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.organisations import actions, limits
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.organisations.forms import InviteForm, PasswordForm
from compliance.organisations.models import Invitation
from compliance.web.mail import is_printed

TOKEN = "invitation"  # noqa: S105 (the name of its place in the session)
TRIES = {"invitation": "20/m/ip"}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.INVITE)
def invite(request: MemberRequest) -> HttpResponse:
    """Who is invited, and a form to invite one more."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not limits.may_send(request):
            return _invite_page(request, form, [limits.TOO_MANY], status=429)
        try:
            actions.invite(
                by=request.user, organisation=request.organisation, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                f"The invitation to {form.cleaned_data['email']} is on its way.",
            )
            return redirect("organisations:invite", request.organisation.slug)
    return _invite_page(request, form)


@require_POST
@member_required(Permission.INVITE)
def invitation_again(request: MemberRequest, invitation_id: int) -> HttpResponse:
    invitation = _waiting(request, invitation_id)
    if not limits.may_send(request):
        return _invite_page(request, InviteForm(), [limits.TOO_MANY], status=429)
    try:
        actions.send_again(by=request.user, invitation=invitation)
    except ValidationError as error:
        return _invite_page(request, InviteForm(), error.messages)
    email = invitation.membership.user.email
    messages.success(request, f"A new link to {email} is on its way.")
    return redirect("organisations:invite", request.organisation.slug)


@require_POST
@member_required(Permission.INVITE)
def invitation_end(request: MemberRequest, invitation_id: int) -> HttpResponse:
    invitation = _waiting(request, invitation_id)
    email = invitation.membership.user.email
    try:
        actions.end_invitation(by=request.user, invitation=invitation)
    except ValidationError as error:
        return _invite_page(request, InviteForm(), error.messages)
    messages.success(request, f"The invitation to {email} is taken back.")
    return redirect("organisations:invite", request.organisation.slug)


def _waiting(request: MemberRequest, invitation_id: int) -> Invitation:
    rows = Invitation.waiting_in(request.organisation)
    return get_object_or_404(rows, pk=invitation_id)


def _invite_page(
    request: MemberRequest, form: InviteForm, problems: Any = (), status: int = 422
) -> HttpResponse:
    context = {"invite": form, "problems": problems} | invitations(request)
    if not form.is_bound and not problems:
        status = 200
    return render(request, "organisations/invite.html", context, status=status)


def invitations(request: MemberRequest) -> dict[str, Any]:
    """Who has not come, how far each mail is, and what a new invitation comes to."""
    return {
        "invitations": Invitation.list_waiting_in(request.organisation),
        "days": settings.INVITATION_DAYS,
        "is_printed": is_printed(),
    }


@require_safe
@login_not_required
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: the token leaves the address, the page comes without it.

    So it stands in no log and no history, and nothing is told of it here.
    """
    request.session[TOKEN] = actions.hash_of(token)
    response = redirect("organisations:invitation")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def invitation(request: HttpRequest) -> HttpResponse:
    """What the invitation is to, and how to accept it; looking at it changes nothing."""
    if not ratelimit.consume(
        request, app="compliance", action=TOKEN, config=TRIES, limit_get=True
    ):
        return render(request, "429.html", status=429)
    found = Invitation.opened_by(request.session.get(TOKEN, ""))
    if found is None:
        return _used_up(request)
    person = found.membership.user
    data = request.POST if request.method == "POST" else None
    form = PasswordForm(data, user=person)
    if request.method == "POST":
        is_new = not person.has_usable_password()
        if is_new and form.is_valid():
            return _accept(request, found, form.cleaned_data["password1"])
        if not is_new and request.user == person:
            return _accept(request, found, "")
    context = {"invitation": found, "person": person, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "organisations/invitation.html", context, status=status)


def _accept(request: HttpRequest, found: Invitation, password: str) -> HttpResponse:
    person = found.membership.user
    try:
        actions.accept_invitation(by=person, invitation=found, password=password)
    except ValidationError:
        return _used_up(request)
    if password:
        person.refresh_from_db()
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.pop(TOKEN, None)
    return redirect(found.path or "organisations:front")


def _used_up(request: HttpRequest) -> HttpResponse:
    context = {"days": settings.INVITATION_DAYS}
    return render(request, "organisations/used_up.html", context, status=404)
