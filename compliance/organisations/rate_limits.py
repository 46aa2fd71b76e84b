"""How often one person may cause mail, so that nobody is flooded, and ask for passkeys."""

from allauth.core.internal import ratelimit
from django import forms
from django.http import HttpRequest

MAILS = {"mails": "100/h/user"}
PASSKEYS = {"passkeys": "30/15m/user"}
TOO_MANY = (
    "You have sent 100 invitations and questions within an hour. Wait a while, then"
    " go on."
)


def may_send(request: HttpRequest) -> bool:
    """Whether a person may send one mail more this hour; it is counted then."""
    used = ratelimit.consume(request, app="compliance", action="mails", config=MAILS)
    return used is not None


def may_ask(request: HttpRequest) -> bool:
    """Whether a person may have a passkey asked once more; it is counted then."""
    used = ratelimit.consume(
        request, app="compliance", action="passkeys", config=PASSKEYS
    )
    return used is not None


def hindered(request: HttpRequest, form: forms.Form) -> int:
    """0 when a form may cause its mail, else 429, with words in the form."""
    if may_send(request):
        return 0
    form.add_error(None, TOO_MANY)
    return 429
