"""Asking anew who somebody is, before what reaches far (safety.md, H10)."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.core.exceptions import ValidationError

from compliance.organisations import actions, limits
from compliance.organisations.access import MemberRequest

WRONG = "This is not your password."
TOO_MANY = "Too many tries. Wait 15 minutes, then try again."
_OWN = ("password", "passkey")


class FreshForm(forms.Form):
    """A form that wants the password, or a passkey in its place; both come last."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "current-password"}
        ),
        error_messages={"required": "Type your password."},
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in _OWN])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("passkey"):
            self.errors.pop("password", None)
        return cleaned

    @property
    def way(self) -> str:
        """By which of the two the person was recognised."""
        return "passkey" if self.cleaned_data.get("passkey") else "password"

    @property
    def told(self) -> dict[str, Any]:
        """The data of the form, without the two."""
        given = self.cleaned_data.items()
        return {name: value for name, value in given if name not in _OWN}


def refused(request: MemberRequest, form: forms.Form) -> int:
    """0 when password or passkey are the person's, else the status of the refusal.

    Its words then stand at the field ``password``. Tries of both are counted together,
    before anything is worked out. A passkey has to have signed for this address.
    """
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error("password", TOO_MANY)
        return 429
    if said := form.cleaned_data.get("passkey"):
        try:
            actions.recognise(
                by=request.user,
                session=request.session.session_key or "",
                purpose=request.path,
                said=said,
            )
        except ValidationError as error:
            form.add_error("password", error.messages)
            return 422
        return 0
    if not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", WRONG)
        return 422
    return 0


def hindered(request: MemberRequest, form: forms.Form) -> int:
    """The same for a form that causes mail: 429 and words once too much was sent."""
    status = refused(request, form)
    if not status and not limits.may_send(request):
        form.add_error(None, limits.TOO_MANY)
        return 429
    return status
