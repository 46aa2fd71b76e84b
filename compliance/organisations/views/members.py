"""The members page: who is in, and as what."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.organisations import actions
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.organisations.choices import Role
from compliance.organisations.forms import InviteForm, MemberForm, RoleForm
from compliance.organisations.models import Membership
from compliance.organisations.views.invitations import invitations


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.MEMBERS)
def members(request: MemberRequest) -> HttpResponse:
    if request.method != "POST":
        return _members_page(request, MemberForm())
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            membership, password = actions.add_member(
                by=request.user, organisation=request.organisation, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if password:
                # Shown in this reply only: it is kept nowhere, not in the session.
                return render(
                    request,
                    "organisations/added.html",
                    {"membership": membership, "password": password},
                )
            messages.success(request, f"{membership.user} is a member now.")
            return redirect("organisations:members", request.organisation.slug)
    return _members_page(request, form, status=422)


@require_POST
@member_required(Permission.MEMBERS)
def member_role(request: MemberRequest, membership_id: int) -> HttpResponse:
    membership = _member(request, membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _members_page(request, MemberForm(), form.errors["role"], status=422)
    role = form.cleaned_data["role"]
    try:
        actions.change_role(by=request.user, membership=membership, role=role)
    except ValidationError as error:
        return _members_page(request, MemberForm(), error.messages, status=422)
    messages.success(request, f"{membership.user}: {Role(role).label} now.")
    return _back(request, membership)


@require_POST
@member_required(Permission.MEMBERS)
def member_remove(request: MemberRequest, membership_id: int) -> HttpResponse:
    membership = _member(request, membership_id)
    try:
        actions.remove_member(by=request.user, membership=membership)
    except ValidationError as error:
        return _members_page(request, MemberForm(), error.messages, status=422)
    messages.success(request, f"{membership.user} is no longer a member.")
    return _back(request, membership)


def _member(request: MemberRequest, membership_id: int) -> Membership:
    return get_object_or_404(
        request.organisation.memberships.with_people(), pk=membership_id
    )


def _members_page(
    request: MemberRequest, form: MemberForm, problems: Any = (), status: int = 200
) -> HttpResponse:
    context = {
        "members": request.organisation.memberships.with_people().with_waiting(),
        "form": form,
        "invite": InviteForm(),
        "problems": problems,
        "roles": Role.choices,
    } | invitations(request)
    return render(request, "organisations/members.html", context, status=status)


def _back(request: MemberRequest, membership: Membership) -> HttpResponse:
    """The members again, or the front door for those who may see them no longer."""
    if membership.user_id == request.user.pk:
        return redirect("organisations:front")
    return redirect("organisations:members", request.organisation.slug)
