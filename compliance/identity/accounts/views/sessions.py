"""Ending one's own sessions."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from compliance.identity.accounts.devices import program_of
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.reauthentication import StepUp, stepped_up


@require_POST
@stepped_up(StepUp.SESSION)
def session_end(request: MemberRequest, session_id: int) -> HttpResponse:
    """Sign one browser out; signing this one out leads to the sign-in page."""
    own = get_object_or_404(UserSession, pk=session_id, user=request.user)
    own.end()
    messages.success(request, f"{program_of(own.user_agent)} is signed out.")
    return redirect("accounts:security")


@require_POST
@stepped_up(StepUp.SESSION)
def sessions_end(request: MemberRequest) -> HttpResponse:
    """Sign all browsers out but this one."""
    end_other_sessions(request, request.user)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("accounts:security")
