"""My security page: how I sign in, where I am signed in, and whether my address is mine."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.organisations import actions, rate_limits
from compliance.organisations.access import MemberRequest
from compliance.organisations.forms import PasskeyForm
from compliance.organisations.pages import security_told
from compliance.organisations.reauthentication import StepUp, stepped_up


@require_safe
def security(request: MemberRequest) -> HttpResponse:
    context = security_told(request) | {"form": PasskeyForm()}
    return render(request, "organisations/security.html", context)


@require_POST
@stepped_up(StepUp.SESSION)
def address_confirm(request: MemberRequest) -> HttpResponse:
    """Mail the link by which the person shows that the address is theirs."""
    if not rate_limits.may_send(request):
        messages.error(request, rate_limits.TOO_MANY)
    elif actions.send_proof(by=request.user):
        messages.success(request, f"A link is on its way to {request.user.email}.")
    return redirect("organisations:security")
