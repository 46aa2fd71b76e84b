"""Asking for the password anew, before what reaches far (safety.md, H10)."""

from allauth.core import ratelimit
from django import forms

from compliance.organisations.access import MemberRequest

WRONG = "This is not your password."
TOO_MANY = "Too many tries. Wait 15 minutes, then try again."


def refused(request: MemberRequest, form: forms.Form) -> int:
    """0 when the form's ``password`` is the person's, else the status of the refusal.

    Its words then stand at the field. Tries are counted before anything is hashed.
    """
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error("password", TOO_MANY)
        return 429
    if not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", WRONG)
        return 422
    return 0
