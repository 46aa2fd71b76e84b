"""The passkeys of a person: a new one, its name, its end, and its use."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.identity.accounts import actions
from compliance.identity.accounts.forms import AskForm, MadeForm, PasskeyForm
from compliance.identity.accounts.pages import added, added_before, security_context
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.reauthentication import TOO_MANY, StepUp, stepped_up
from compliance.identity.organisations.recognition import ask_for_one


@require_POST
@stepped_up(StepUp.FRESH)
def passkey_new(request: MemberRequest) -> HttpResponse:
    """The page on which the device makes the key."""
    form = PasskeyForm(request.POST)
    if form.is_valid():
        try:
            options = actions.ask_for_new(by=request.user, session=_session(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            name = form.cleaned_data["name"]
            context = {"name": name, "options": json.dumps(options)}
            return render(request, "identity/accounts/passkey_new.html", context)
    context = security_context(request) | {"form": form}
    return render(request, "identity/accounts/security.html", context, status=422)


@require_POST
@stepped_up(StepUp.FRESH)
def passkey_add(request: MemberRequest) -> HttpResponse:
    """The key that the device made; the first factor brings recovery codes."""
    form = MadeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The passkey could not be made. Try again.")
        return redirect("accounts:security")
    name, said = form.cleaned_data["name"], form.cleaned_data["said"]
    words = f"The passkey “{name}” is added."
    if actions.is_kept(by=request.user, said=said):
        return added_before(request, words)
    try:
        made = actions.add_passkey(by=request.user, session=_session(request), name=name, said=said)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("accounts:security")
    return added(request, words, made)


@require_POST
@stepped_up(StepUp.SESSION)
def passkey_ask(request: MemberRequest) -> HttpResponse:
    """Options for a browser to have a passkey sign for the form on its page."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"said": "This page is old. Load it again."}, status=422)
    if not rate_limits.may_ask(request):
        rate_limits.log_too_many(request)
        return JsonResponse({"said": TOO_MANY}, status=429)
    try:
        options = ask_for_one(
            by=request.user,
            session=_session(request),
            purpose=form.cleaned_data["to"],
        )
    except ValidationError as error:
        return JsonResponse({"said": error.messages[0]}, status=422)
    return JsonResponse(options)


@require_http_methods(["GET", "HEAD", "POST"])
@stepped_up(StepUp.FRESH)
def passkey(request: MemberRequest, passkey_id: int) -> HttpResponse:
    """One of them: another name for it, or its end."""
    own = get_object_or_404(request.user.passkeys, pk=passkey_id)
    is_sent = request.method == "POST"
    form = PasskeyForm(request.POST if is_sent else None, initial={"name": str(own)})
    if form.is_valid():
        name = form.cleaned_data["name"]
        actions.rename_passkey(by=request.user, passkey=own, name=name)
        messages.success(request, f"The passkey is called “{name}”.")
        return redirect("accounts:security")
    context = {"passkey": own, "form": form}
    status = 422 if is_sent else 200
    return render(request, "identity/accounts/passkey.html", context, status=status)


@require_POST
@stepped_up(StepUp.FRESH)
def passkey_remove(request: MemberRequest, passkey_id: int) -> HttpResponse:
    own = get_object_or_404(request.user.passkeys, pk=passkey_id)
    try:
        actions.remove_passkey(by=request.user, passkey=own)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"The passkey “{own}” is removed.")
    return redirect("accounts:security")


def _session(request: MemberRequest) -> str:
    return request.session.session_key or ""
