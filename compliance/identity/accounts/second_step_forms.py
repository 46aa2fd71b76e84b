"""Forms of the sign-in by passkey and of its second step; allauth loads them by name.

allauth leads through the steps and throttles them. Whether a code or a signature is right
is asked of ``recognition``, as everywhere else: a code counts once, a passkey answers
at this origin only.
"""

import json
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError

from compliance.identity.accounts.actions import factors
from compliance.identity.organisations.models import User
from compliance.identity.organisations.recognition import recognise_at_sign_in, take_code
from compliance.identity.organisations.sign_in_log import log_refusal


def _counted(user: User) -> Callable[[], None]:
    """One more try of a second step; what takes it back. Raises ``ValidationError``."""
    try:
        clear: Callable[[], None] = check_rate_limit(user)
    except ValidationError:
        log_refusal(context.request, "too many codes", user=user)
        raise
    return clear


class CodeForm(AuthenticateForm):
    """A code of the person's app, or one of their recovery codes."""

    def clean_code(self) -> str:
        clear = _counted(self.user)
        code: str = self.cleaned_data["code"]
        used = take_code(by=self.user, code=code) or factors.take_recovery_code(by=self.user, code=code)
        if used is None:
            log_refusal(context.request, "wrong code", user=self.user)
            raise get_adapter().validation_error("incorrect_code")
        used.user = self.user
        self.authenticator = used
        clear()
        return code


class PasskeyForm(AuthenticateWebAuthnForm):
    """A passkey of the person whose password was right."""

    def clean_credential(self) -> Authenticator:
        clear = _counted(self.user) if self.user else None
        state: dict[str, Any] = auth.get_state() or {}
        auth.clear_state()  # whatever comes of it: a question is answered once
        try:
            found = recognise_at_sign_in(
                person=self.user,
                challenge=state.get("challenge", ""),
                said=json.dumps(self.cleaned_data["credential"]),
            )
        except ValidationError as error:
            log_refusal(context.request, "passkey not recognised", user=self.user)
            raise forms.ValidationError(error.messages) from error
        if not found.user.is_active:
            log_refusal(context.request, "closed account", user=found.user)
            raise get_account_adapter().validation_error("account_inactive")
        if clear:
            clear()
        return found


class PasskeyLoginForm(PasskeyForm):
    """A passkey alone: it says who it belongs to, and its device made sure of them."""

    passwordless = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)
