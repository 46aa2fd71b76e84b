"""How much mail one person may cause, so that nobody's mailbox is flooded from here."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

MAILS = {"mails": "100/h/user"}
TOO_MANY = (
    "You have sent 100 invitations and questions within an hour. Wait a while, then"
    " go on."
)


def may_send(request: HttpRequest) -> bool:
    """Whether a person may send one mail more this hour; it is counted then."""
    used = ratelimit.consume(request, app="compliance", action="mails", config=MAILS)
    return used is not None
