"""The passkeys of a person: their list, a new one, its name, its end, and its use."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.organisations import actions, limits, webauthn
from compliance.organisations.access import MemberRequest
from compliance.organisations.forms import AskForm, MadeForm, PasskeyForm, RemoveForm
from compliance.organisations.models import Passkey
from compliance.organisations.reauthentication import TOO_MANY, refused


@require_safe
def passkeys(request: MemberRequest) -> HttpResponse:
    """All of the person's, and the first step to one more."""
    return _list(request, PasskeyForm(), 200)


@require_POST
@sensitive_post_parameters("password")
def passkey_new(request: MemberRequest) -> HttpResponse:
    """After the password: the page on which the device makes the key."""
    form = PasskeyForm(request.POST)
    status = refused(request, form) if form.is_valid() else 422
    if status:
        return _list(request, form, status)
    try:
        options = actions.ask_for_new(by=request.user, session=_session(request))
    except ValidationError as error:
        form.add_error(None, error)
        return _list(request, form, 422)
    context = {"name": form.cleaned_data["name"], "options": json.dumps(options)}
    return render(request, "organisations/passkey_new.html", context)


@require_POST
def passkey_add(request: MemberRequest) -> HttpResponse:
    """The key that the device made; the question it answers came after a password."""
    form = MadeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The passkey could not be made. Try again.")
        return redirect("organisations:passkeys")
    try:
        passkey = actions.add_passkey(
            by=request.user,
            session=_session(request),
            name=form.cleaned_data["name"],
            said=form.cleaned_data["said"],
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"The passkey “{passkey}” is added.")
    return redirect("organisations:passkeys")


@require_POST
def passkey_ask(request: MemberRequest) -> HttpResponse:
    """Options for a browser to have a passkey sign for the form on its page."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"said": "This page is old. Load it again."}, status=422)
    if not limits.may_ask(request):
        return JsonResponse({"said": TOO_MANY}, status=429)
    try:
        options = actions.ask_for_one(
            by=request.user,
            session=_session(request),
            purpose=form.cleaned_data["to"],
        )
    except ValidationError as error:
        return JsonResponse({"said": error.messages[0]}, status=422)
    return JsonResponse(options)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def passkey(request: MemberRequest, passkey_id: int) -> HttpResponse:
    """One of them: another name for it."""
    own = get_object_or_404(request.user.passkeys, pk=passkey_id)
    if request.method != "POST":
        return _one(request, own, PasskeyForm(initial={"name": own.name}), 200)
    form = PasskeyForm(request.POST)
    status = refused(request, form) if form.is_valid() else 422
    if status:
        return _one(request, own, form, status)
    actions.rename_passkey(by=request.user, passkey=own, name=form.cleaned_data["name"])
    messages.success(request, f"The passkey is called “{form.cleaned_data['name']}”.")
    return redirect("organisations:passkeys")


@require_POST
@sensitive_post_parameters("password")
def passkey_remove(request: MemberRequest, passkey_id: int) -> HttpResponse:
    own = get_object_or_404(request.user.passkeys, pk=passkey_id)
    form = RemoveForm(request.POST, auto_id="remove-%s")
    status = refused(request, form) if form.is_valid() else 422
    if status:
        named = PasskeyForm(initial={"name": own.name})
        return _one(request, own, named, status, remove=form)
    actions.remove_passkey(by=request.user, passkey=own)
    messages.success(request, f"The passkey “{own}” is removed.")
    return redirect("organisations:passkeys")


def _list(request: MemberRequest, form: forms.Form, status: int) -> HttpResponse:
    context = {
        "passkeys": request.user.passkeys.all(),
        "form": form,
        "is_possible": webauthn.is_possible(),
    }
    return render(request, "organisations/passkeys.html", context, status=status)


def _one(
    request: MemberRequest, own: Passkey, form: forms.Form, status: int, **told: Any
) -> HttpResponse:
    remove = RemoveForm(auto_id="remove-%s")
    context = {"passkey": own, "form": form, "remove": remove} | told
    return render(request, "organisations/passkey.html", context, status=status)


def _session(request: MemberRequest) -> str:
    return request.session.session_key or ""
