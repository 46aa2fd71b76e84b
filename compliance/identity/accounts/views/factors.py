"""An app with codes, and recovery codes: set up, made anew, removed."""

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.identity.accounts import actions
from compliance.identity.accounts.forms import AppForm
from compliance.identity.accounts.pages import added, added_before, codes_page
from compliance.identity.accounts.qr import path_of, uri_of
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.reauthentication import StepUp, stepped_up

CONNECTED = "Your app is connected."
SECRET = "app_secret"  # noqa: S105 (the name of its place in the session)


@require_http_methods(["GET", "HEAD", "POST"])
@stepped_up(StepUp.FRESH, first=True)
def app_new(request: MemberRequest) -> HttpResponse:
    """The secret, to scan or to type, and the code that shows that the app has it.

    The secret waits in the session until then: a wrong code does not ask to scan anew.
    """
    secret: str = request.session.get(SECRET, "")
    typed = request.POST.get("code", "")
    if typed and not secret and actions.is_connected_by(by=request.user, code=typed):
        return added_before(request, CONNECTED)
    form = AppForm(request.POST if request.method == "POST" and secret else None)
    if form.is_valid():
        try:
            made = actions.add_app(by=request.user, secret=secret, code=form.cleaned_data["code"])
        except ValidationError as error:
            form.add_error("code", error)
        else:
            del request.session[SECRET]
            return added(request, CONNECTED, made)
    if not secret:
        secret = request.session[SECRET] = generate_totp_secret()
    size, path = path_of(uri_of(request.user, secret))
    context = {"form": form, "secret": secret, "size": size, "path": path}
    status = 422 if form.is_bound else 200
    return render(request, "identity/accounts/app_new.html", context, status=status)


@require_POST
@stepped_up(StepUp.FRESH)
def app_remove(request: MemberRequest) -> HttpResponse:
    try:
        actions.remove_app(by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, "Codes of your app count no longer.")
    return redirect("accounts:security")


@require_POST
@stepped_up(StepUp.FRESH)
def codes_new(request: MemberRequest) -> HttpResponse:
    """Ten new recovery codes, shown in this reply alone."""
    try:
        made = actions.make_recovery_codes(by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("accounts:security")
    return codes_page(request, made)
