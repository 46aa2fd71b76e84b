"""Refused sign-ins in the log (OWASP ASVS 5.0, 16.3.1 to 16.3.3): who, from where, and why."""

import logging

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from compliance.identity.organisations.models import User

logger = logging.getLogger("attest.sign_in")
_NOBODY = "-"


def log_refusal(request: HttpRequest, reason: str, *, user: User | None = None, email: str = "") -> None:
    """One line at WARNING: the account by its id, an unknown address by a keyed hash.

    People type passwords into the field of the address, so it stands nowhere itself.
    """
    if user is None and email:
        user = User.objects.filter(email=email.strip().lower()).first()
    account = str(user.pk) if user else _NOBODY
    if user is None and email:
        hashed = salted_hmac("compliance.sign_in_log", email.strip().lower(), algorithm="sha256")
        account = f"unknown-{hashed.hexdigest()[:16]}"
    is_web = bool(request.META.get("REMOTE_ADDR"))
    network = get_adapter().get_client_ip(request) if is_web else _NOBODY
    logger.warning(
        "Refused: %s; account %s; from %s",
        reason,
        account,
        network,
        extra={"reason": reason, "account": account, "network": network},
    )
