"""My security page: how I sign in, where I am signed in, and whether my address is mine."""

from allauth.account import views as account
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.identity.accounts import actions
from compliance.identity.accounts.forms import PasskeyForm
from compliance.identity.accounts.pages import security_context
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.reauthentication import StepUp, stepped_up


@require_safe
def security(request: MemberRequest) -> HttpResponse:
    context = security_context(request) | {"form": PasskeyForm()}
    return render(request, "identity/accounts/security.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@stepped_up(StepUp.SESSION)  # the form of allauth asks by itself
def password_change(request: MemberRequest) -> HttpResponseBase:
    """Another password; whoever came without one chooses their first by a link in a mail."""
    if not request.user.has_usable_password():
        messages.info(request, "You have no password yet. A link lets you choose one.")
        return redirect("account_reset_password")
    page: HttpResponseBase = account.password_change(request)
    return page


@require_POST
@stepped_up(StepUp.SESSION)
def address_confirm(request: MemberRequest) -> HttpResponse:
    """Mail the link by which the person shows that the address is theirs."""
    if not rate_limits.may_send(request):
        messages.error(request, rate_limits.TOO_MANY)
    elif actions.send_proof(by=request.user):
        messages.success(request, f"A link is on its way to {request.user.email}.")
    return redirect("accounts:security")
