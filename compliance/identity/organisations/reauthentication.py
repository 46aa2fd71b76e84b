"""The one door before what outlives a session: it asks again who someone is (safety.md, H10).

Each route states its class, ``StepUp``: by its permission (``access.py``), or by itself
(``stepped_up``). The door stands in front of the view. It asks on a page of its own,
which keeps what the form said and sends it on once the person is recognised.
"""

import time
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.core import ratelimit
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from compliance.identity.organisations import signed_on
from compliance.identity.organisations.recognition import recognise, take_code
from compliance.identity.organisations.sign_in_log import log_refusal

MINUTES = 10
"""How long a password or a factor counts."""
WRONG = "This is not your password."
WRONG_CODE = "This code is not right, or was used before. Type the next one."
TOO_MANY = "Too many tries. Wait 15 minutes, then try again."
NOTHING = "Type your password."
NOT_YET = "Nobody has confirmed yet that it is you: do so at the provider, or by a passkey."
BY_PROVIDER = "sign-on"
OWN = ("password", "app_code", "passkey")
_ASKED_FIRST = "confirm_first"


class StepUp(StrEnum):
    """The proof that a route asks for besides the session."""

    SESSION = "nothing: what it does ends with the session, or is undone by others"
    FRESH = "a password or a factor of the last ten minutes"
    EACH = "a password or a passkey given with it: the act is the person's own"
    OWN = "the same, and never the provider in their place: the act lets it in"


class ConfirmForm(forms.Form):
    """The password; or in its place a code of the app, or a passkey."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )
    app_code = forms.CharField(
        label="Or a code of your app",
        required=False,
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "input codein",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
            }
        ),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False


def stepped_up[**P](
    level: StepUp, *, first: bool = False
) -> Callable[[Callable[Concatenate[Any, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Say the class of a route that has no permission, and put the door in front.

    ``first`` asks before the page is shown, too: for a page that shows a secret.
    """

    def decorate(
        view: Callable[Concatenate[Any, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return asked(request, level, first=first) or view(request, *args, **kwargs)

        guarded.step_up = level  # type: ignore[attr-defined]
        return guarded

    return decorate


def asked(request: Any, level: StepUp, *, first: bool = False) -> HttpResponse | None:
    """None when the person may go on, else the page that asks who they are.

    On the request ``confirmed_by`` is the way in which they said so just now, if they did,
    and ``confirmed_with`` the name of a passkey or the host of a provider.
    """
    request.confirmed_by = request.confirmed_with = ""
    if level == StepUp.SESSION or (request.method != "POST" and not first):
        return None
    request.sensitive_post_parameters = list(OWN)  # kept out of error reports
    given = {name: request.POST.get(name, "") for name in OWN}
    if any(given.values()):
        form = ConfirmForm(request.POST)
        if status := _refused(request, form, level):
            return _page(request, form, level, status)
        return redirect(request.path) if _ASKED_FIRST in request.POST else None
    if level == StepUp.FRESH and is_fresh(request):
        return None
    if level == StepUp.EACH and (provider := signed_on.use_proof(request, MINUTES)):
        request.confirmed_by, request.confirmed_with = BY_PROVIDER, provider
        return None
    form = ConfirmForm(request.POST if "password" in request.POST else None)
    if form.is_bound and request.user.has_usable_password():
        form.add_error("password", NOTHING)
    elif form.is_bound:
        form.add_error(None, NOT_YET)
    return _page(request, form, level, 422 if request.method == "POST" else 200)


def is_fresh(request: Any) -> bool:
    """Whether the person said who they are within the last ten minutes, in this session.

    A moment that is still to come was of a wrong clock: it counts as one as long ago.
    """
    records = get_authentication_records(request, request.user)
    return any(abs(time.time() - one.get("at", 0)) < MINUTES * 60 for one in records)


def _refused(request: Any, form: ConfirmForm, level: StepUp) -> int:
    """0 when it is the person, else the status of the refusal; its words are in the form.

    Tries of all ways are counted together, before anything is worked out; the right one
    ends the count. A passkey has to have signed for this address. Recovery codes stand in
    at sign-in only.
    """
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error("password", TOO_MANY)
        log_refusal(request, "too many tries to confirm", user=request.user)
        return 429
    if form.is_valid():
        try:
            way = _way(request, form.cleaned_data, level)
        except ValidationError as error:
            form.add_error(None, error)
            log_refusal(request, "not confirmed", user=request.user)
        else:
            _confirm(request, way)
            return 0
    return 422


def _way(request: Any, given: dict[str, str], level: StepUp) -> str:
    """The way in which the person is recognised. Raises ``ValidationError``, by field."""
    if given["passkey"]:
        try:
            found = recognise(
                by=request.user,
                session=request.session.session_key or "",
                purpose=request.path,
                said=given["passkey"],
            )
        except ValidationError as error:
            raise ValidationError({"password": error.messages}) from error
        request.confirmed_with = str(found)
        return "passkey"
    if given["app_code"] and level == StepUp.FRESH:
        if take_code(by=request.user, code=given["app_code"]) is None:
            raise ValidationError({"app_code": WRONG_CODE})
        return "app"
    if not request.user.check_password(given["password"]):
        raise ValidationError({"password": WRONG})
    return "password"


def _confirm(request: Any, way: str) -> None:
    """Remember it; the session gets another key, so that a copy of the old one ends.

    It goes on where the hash of the password was made stronger just now.
    """
    request.confirmed_by = way
    ratelimit.clear(request, action="reauthenticate", user=request.user)
    record_authentication(request, request.user, method=way, reauthenticated=True)
    update_session_auth_hash(request, request.user)


def _begun(request: Any, level: StepUp) -> signed_on.SignedOn | None:
    """Where the provider may say who they are: of an act in their name, in its own place."""
    if level == StepUp.OWN:
        return None
    found = signed_on.begun(request)
    if level != StepUp.EACH:
        return found
    return found if signed_on.is_at(request, request.organisation.pk) else None


def _page(request: Any, form: ConfirmForm, level: StepUp, status: int) -> HttpResponse:
    """The question, with all that the form said, so that nothing is typed twice."""
    if level != StepUp.FRESH or not request.user.has_app:
        del form.fields["app_code"]
    if not request.user.has_usable_password():
        del form.fields["password"]
    for field in form.fields.values():
        field.required = True  # one of them is: none is shown as optional
    hidden = {*OWN, "csrfmiddlewaretoken", _ASKED_FIRST}
    kept = [(name, value) for name, values in request.POST.lists() if name not in hidden for value in values]
    context = {
        "form": form,
        "kept": kept,
        "is_first": request.method != "POST" or _ASKED_FIRST in request.POST,
        "minutes": MINUTES,
        "is_each": level != StepUp.FRESH,
        "begun": _begun(request, level),
    }
    return render(request, "identity/organisations/confirm.html", context, status=status)
