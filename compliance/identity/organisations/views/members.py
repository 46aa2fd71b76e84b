"""Members and their roles; one's own way out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.identity.organisations import actions
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.events import MEMBER_REMOVED
from compliance.identity.organisations.forms import BackForm, InviteForm, RoleForm
from compliance.identity.organisations.models import Membership
from compliance.identity.organisations.pages import invitations, members_with_factors
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event


@require_safe
@member_required(Permission.MEMBERS)
def members(request: MemberRequest) -> HttpResponse:
    context = {
        "members": members_with_factors(request),
        "invite": InviteForm(),
        "removed": _removed(request),
    } | invitations(request)
    return render(request, "identity/organisations/members.html", context)


def _removed(request: MemberRequest) -> dict[str, Any]:
    """The removal that a page is asked to show, with its undo; {} where there is none."""
    form = BackForm(request.GET)
    if not form.is_valid():
        return {}
    seq = form.cleaned_data["removed"]
    try:
        person, _ = actions.removed(request.organisation, seq)
    except Event.DoesNotExist:
        return {}
    return {"seq": seq, "person": person}


@require_safe
@member_required(Permission.MEMBERS)
def member(request: MemberRequest, membership_id: int) -> HttpResponse:
    """One member: another role, or the end of the membership."""
    return _member_page(request, _member(request, membership_id))


@require_POST
@member_required(Permission.MEMBERS)
def member_role(request: MemberRequest, membership_id: int) -> HttpResponse:
    membership = _member(request, membership_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        try:
            actions.change_role(by=request.user, membership=membership, role=role)
        except ValidationError as error:
            form.add_error("role", error)
        else:
            messages.success(request, f"{membership.user}: {Role(role).label} now.")
            return _back(request, membership)
    return _member_page(request, membership, form=form, status=422)


@require_POST
@member_required(Permission.MEMBERS)
def member_remove(request: MemberRequest, membership_id: int) -> HttpResponse:
    removed = trail.removed(
        request.organisation.memberships.all(),
        membership_id,
        by=request.user,
        organisation_id=request.organisation.pk,
        action=MEMBER_REMOVED,
    )
    path = reverse("organisations:members", args=[request.organisation.slug])
    if removed:
        return redirect(f"{path}?removed={removed.seq}")
    membership = _member(request, membership_id)
    try:
        event = actions.remove_member(by=request.user, membership=membership)
    except ValidationError as error:
        extra = {"problems": error.messages}
        return _member_page(request, membership, status=422, **extra)
    if membership.user_id == request.user.pk:
        messages.success(request, "You are no longer a member.")
        return redirect("organisations:front")
    return redirect(f"{path}?removed={event.seq}")


@require_POST
@member_required(Permission.MEMBERS)
def member_back(request: MemberRequest) -> HttpResponse:
    """Someone who was removed just now, a member again."""
    form = BackForm(request.POST)
    try:
        membership = actions.take_back(
            by=request.user,
            organisation=request.organisation,
            seq=form.cleaned_data["removed"] if form.is_valid() else 0,
        )
    except Event.DoesNotExist:
        messages.error(request, "This can no longer be undone. Invite the person.")
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        role = membership.get_role_display().lower()
        messages.success(request, f"{membership.user} is a member again, as {role}.")
    return redirect("organisations:members", request.organisation.slug)


@require_POST
@member_required(Permission.MEMBERS)
def member_sign_out(request: MemberRequest, membership_id: int) -> HttpResponse:
    membership = _member(request, membership_id)
    said = f"{membership.user} is signed out everywhere."
    return _tried(request, membership, actions.sign_out_member, said)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.LEAVE)
def leave(request: MemberRequest) -> HttpResponse:
    """End one's own membership."""
    if request.method != "POST":
        return render(request, "identity/organisations/leave.html")
    try:
        actions.leave(by=request.user, membership=request.membership)
    except ValidationError as error:
        context = {"problems": error.messages}
        return render(request, "identity/organisations/leave.html", context, status=422)
    messages.success(request, f"You have left {request.organisation}.")
    return redirect("organisations:front")


def _member(request: MemberRequest, membership_id: int) -> Membership:
    return get_object_or_404(request.organisation.memberships.with_people(), pk=membership_id)


def _member_page(
    request: MemberRequest, membership: Membership, status: int = 200, **extra: Any
) -> HttpResponse:
    context = {
        "member": membership,
        "form": RoleForm(initial={"role": membership.role}),
        "holds": actions.held_by(membership),
    } | extra
    return render(request, "identity/organisations/member.html", context, status=status)


def _tried(
    request: MemberRequest,
    membership: Membership,
    action: Callable[..., None],
    said: str,
) -> HttpResponse:
    """Back with what is done, or the page of the member with why it is refused."""
    try:
        action(by=request.user, membership=membership)
    except ValidationError as error:
        extra = {"problems": error.messages}
        return _member_page(request, membership, status=422, **extra)
    messages.success(request, said)
    return _back(request, membership)


def _back(request: MemberRequest, membership: Membership) -> HttpResponse:
    """The members again, or the front door for those who may see them no longer."""
    if membership.user_id == request.user.pk:
        return redirect("organisations:front")
    return redirect("organisations:members", request.organisation.slug)
