"""Sessions of whoever is signed in: where each is used, when it last was, when it is over.

The rows are those of ``allauth.usersessions``. Its own middleware writes one with every
request; this one once a minute, so that reading pages hardly writes.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from compliance.identity.organisations.models import IDLE_MINUTES, AccessPolicy, User

_USED = timedelta(minutes=1)
"""The last use is kept to the minute."""
_NOWHERE = "0.0.0.0"  # noqa: S104 (the network of a sign-in that no request brought)


def in_background[V: Callable[..., HttpResponseBase]](view: V) -> V:
    """Mark a view that open pages call by themselves: it does not count as use."""
    view.is_in_background = True  # type: ignore[attr-defined]
    return view


class SessionUseMiddleware:
    """Keeps the last use of each session, and ends those that are over.

    Of several organisations the strictest policy holds: a session opens them all. A
    sample has none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, _args: Any, _kwargs: Any) -> HttpResponseBase | None:
        """A page opens all the same where nothing can be written."""
        if request.session.session_key is None or not request.user.is_authenticated:
            return None
        used, now = request.session.used, timezone.now()
        if used and (words := _over(request.user, used, now)):
            logout(request)
            if request.headers.get("HX-Request") != "true":
                messages.info(request, words)
            return None
        with suppress(DatabaseError):
            if used is None:  # begun by a program, or before sessions were listed
                begin(request, request.user)
            elif now - used.last_seen_at >= _USED and not _is_in_background(view):
                ip, agent = _client(request)
                UserSession.objects.filter(pk=used.pk).update(last_seen_at=now, ip=ip, user_agent=agent)
        return None


def begin(request: Any, user: User, **_: Any) -> None:
    """Count a session from now: someone signed in. Those long over go."""
    if request.session.session_key is None:  # one of someone else ended just now
        request.session.save()
    now = timezone.now()
    _sweep(now)
    ip, agent = _client(request)
    request.session.used, _made = UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": ip,
            "user_agent": agent,
            "created_at": now,
            "last_seen_at": now,
        },
    )


def end(request: Any, **_: Any) -> None:
    """Someone signed out: nothing is left that says from where they came."""
    if request and request.session.session_key:
        UserSession.objects.filter(session_key=request.session.session_key).delete()


def _sweep(now: datetime) -> None:
    """Drop what no policy lets go on: nobody keeps from where people once came."""
    over = UserSession.objects.filter(last_seen_at__lt=now - timedelta(minutes=IDLE_MINUTES[1]))
    keys = over.values("session_key")
    Session.objects.filter(Q(session_key__in=keys) | Q(expire_date__lt=now)).delete()
    over.delete()


def _over(user: User, used: UserSession, now: datetime) -> str:
    """The reason a session is over, in words; "" while it is valid."""
    own = [one.organisation for one in user.came_with or ()]
    policies = [one.policy for one in own if not one.is_sample]
    policies = policies or [AccessPolicy()]
    idle = min(policy.idle for policy in policies)
    longest = min(policy.longest for policy in policies)
    if now - used.last_seen_at > idle:
        limit = f"{idle.total_seconds() / 60:.0f} minutes without use"
    elif now - used.created_at > longest:
        limit = f"{longest.total_seconds() / 3600:.0f} hours"
    else:
        return ""
    return f"Attest signed you out after {limit}. This device keeps unsaved answers."


def _is_in_background(view: Any) -> bool:
    return getattr(view, "is_in_background", False)


def _client(request: HttpRequest) -> tuple[str, str]:
    """The network and the program of a request."""
    if "REMOTE_ADDR" not in request.META:
        return _NOWHERE, ""
    longest = UserSession._meta.get_field("user_agent").max_length
    agent = request.META.get("HTTP_USER_AGENT", "")[:longest]
    return get_adapter().get_client_ip(request), agent
