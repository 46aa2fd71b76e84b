"""Inviting, and the page an invitation leads to."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.ground.web.mail import is_printed
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations import actions, rate_limits, signed_on
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.events import INVITATION_ENDED
from compliance.identity.organisations.forms import InviteForm, JoinForm
from compliance.identity.organisations.invitation_delivery import handed
from compliance.identity.organisations.models import Invitation, User
from compliance.identity.organisations.pages import invitations
from compliance.identity.organisations.rate_limits import too_many, within
from compliance.identity.organisations.reauthentication import StepUp
from compliance.proof.audit import trail

TOKEN = "invitation"  # noqa: S105 (the name of its place in the session)
WRONG = {"invitation": "20/m/ip"}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.INVITE)
def invite(request: MemberRequest) -> HttpResponse:
    """Open invitations, and a form to invite one more."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid() and not (status := rate_limits.hindered(request, form)):
        try:
            made = actions.invite(
                by=request.user,
                organisation=request.organisation,
                sending=sending_of(request),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
            status = 422
        else:
            said = f"The invitation to {form.cleaned_data['email']} is on its way."
            return handed(request, made, said, _list(request))
    return _invite_page(request, form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.INVITE)
def invitation_again(request: MemberRequest, invitation_id: int) -> HttpResponse:
    """A new link for someone who has not come."""
    found = _waiting(request, invitation_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid() and not (status := rate_limits.hindered(request, form)):
        try:
            made = actions.send_again(by=request.user, invitation=found)
        except ValidationError as error:
            form.add_error(None, error)
            status = 422
        else:
            said = f"A new link to {made.email} is on its way."
            return handed(request, made, said, _list(request))
    context = {"invitation": found, "form": form, "is_printed": is_printed()}
    return render(request, "identity/organisations/again.html", context, status=status)


@require_POST
@member_required(Permission.INVITE, StepUp.SESSION)
def invitation_end(request: MemberRequest, invitation_id: int) -> HttpResponse:
    done = trail.removed(
        request.organisation.invitations.all(),
        invitation_id,
        by=request.user,
        organisation_id=request.organisation.pk,
        action=INVITATION_ENDED,
    )
    if done:
        email = trail.changes(done)[0]["person"]
    else:
        found = _waiting(request, invitation_id)
        try:
            actions.end_invitation(by=request.user, invitation=found)
        except ValidationError as error:
            return _invite_page(request, InviteForm(), error.messages, status=422)
        email = found.email
    messages.success(request, f"The invitation to {email} is taken back.")
    return redirect(_list(request))


def _list(request: MemberRequest) -> str:
    return reverse("organisations:invite", args=[request.organisation.slug])


def _waiting(request: MemberRequest, invitation_id: int) -> Invitation:
    return get_object_or_404(request.organisation.invitations.for_page(), pk=invitation_id)


def _invite_page(
    request: MemberRequest, form: InviteForm, problems: Any = (), status: int = 200
) -> HttpResponse:
    context = {"invite": form, "problems": problems} | invitations(request)
    return render(request, "identity/organisations/invite.html", context, status=status)


@require_safe
@login_not_required
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: the token leaves the address, the page comes without it.

    So no log and no history has it, and this page does not name it.
    """
    request.session[TOKEN] = actions.hash_of(token)
    response = redirect("organisations:invitation")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
@login_not_required
def invitation(request: HttpRequest) -> HttpResponse:
    """The terms of the invitation, and how to accept it; opening it changes nothing."""
    found = Invitation.opened_by(request.session.get(TOKEN, ""))
    if found is None:  # a right link works all the same: others share the network
        if not within(request, WRONG, limit_get=True):
            return too_many(request)
        return _used_up(request)
    person = found.find_person()
    if person and not person.is_active:
        return _used_up(request)
    claim = None if person else signed_on.claim_on(found.email)
    if claim:
        return redirect(claim.page)
    is_sent = request.method == "POST"
    is_new = is_sent and person is None and "decline" not in request.POST
    form = JoinForm(request.POST if is_new else None, invitation=found)
    if is_sent:
        reply = _answered(request, found, person, form)
        if reply:
            return reply
    context = {"invitation": found, "person": person, "form": form}
    status = 422 if is_sent else 200
    return render(request, "identity/organisations/invitation.html", context, status=status)


def _answered(
    request: HttpRequest, found: Invitation, person: User | None, form: JoinForm
) -> HttpResponse | None:
    """The reply to yes or no; None when the form is refused or it is someone else."""
    is_own = person is not None and request.user == person
    try:
        if "decline" in request.POST:
            actions.decline_invitation(by=person if is_own else None, invitation=found)
            request.session.pop(TOKEN, None)
            return render(request, "identity/organisations/declined.html", {"invitation": found})
        if person and is_own:
            membership = actions.accept_invitation(by=person, invitation=found)
        elif person is None and form.is_valid():
            membership = actions.accept_as_new(
                invitation=found,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
            )
            login(request, membership.user, settings.AUTHENTICATION_BACKENDS[0])
        else:
            return None
    except ValidationError:
        return _used_up(request)
    request.session.pop(TOKEN, None)
    return redirect(found.path or membership)


def _used_up(request: HttpRequest) -> HttpResponse:
    context = {"days": settings.INVITATION_DAYS}
    return render(request, "identity/organisations/used_up.html", context, status=404)
