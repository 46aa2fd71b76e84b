"""The steps of each protocol: someone leaves for a provider, and comes back as a person.

A protocol is a ``Client``; whatever follows from the ``Person`` knows of no protocol.
People wait for each call to a provider, so it is short, and what a provider says of itself
is kept for some minutes.
"""

import hashlib
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypedDict
from urllib.parse import urlsplit

from django.core.cache import cache
from django.core.exceptions import ValidationError

from compliance.ground.web import outgoing

SKEW = 120
"""Seconds by which the provider's clock may differ."""
_BEFORE = 5
"""Seconds by which it may differ if the provider had to ask someone again."""
LASTS = 600
"""Seconds from leaving for the provider until coming back."""
_SECONDS = 3.0
"""For each call."""
_FRESH, _KEPT = 10 * 60, 24 * 60 * 60
"""Seconds after which Attest asks for a provider's metadata again, and seconds for which the
last reply counts while the provider is silent."""
_MOST_BYTES = 1_000_000
AGAIN = "Begin again at the sign-in page."


class UnreachableError(ValidationError):
    """The provider is slow, or too many wait for it: trying again may help."""


class Flow(TypedDict):
    """The session's record of someone who left for a provider."""

    issuer: str
    begun: float
    is_anew: bool
    own: dict[str, str]
    """The values by which the protocol recognises the answer to this attempt."""


class Begun(NamedTuple):
    """Someone is about to leave."""

    address: str
    """At the provider."""
    key: str
    """The random text that the answer to this attempt brings back."""
    flow: Flow


class OneTimeAnswer(NamedTuple):
    """An answer of a provider that counts once, and until it expires."""

    digest: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A person, as a provider describes them."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    """Whether the provider has confirmed that the address is theirs."""
    name: str
    groups: tuple[str, ...]
    asked_at: float = 0
    """When the provider last asked them who they are; 0 if it does not say."""
    once: OneTimeAnswer | None = None
    """Set by a protocol whose answers could be used twice."""


class Client(Protocol):
    """Attest as one provider knows it, by its protocol."""

    known_by: str
    """The field of an answer that brings the key back."""

    def begin(self, *, is_anew: bool, is_test: bool) -> Begun:
        """Someone leaves. Raises ``ValidationError``.

        ``is_anew``: the provider is to ask them again, whether they are signed in there or
        not. ``is_test``: what it says of itself is asked anew.
        """

    def finish(self, flow: Flow, answer: Mapping[str, str]) -> Person:
        """The person who came back. Raises ``ValidationError``."""


def flow(issuer: str, *, is_anew: bool, own: dict[str, str]) -> Flow:
    """The record of someone who leaves now."""
    return Flow(issuer=issuer, begun=time.time(), is_anew=is_anew, own=own)


def refuse_late(flow: Flow) -> None:
    """Refuse someone who was away for too long, or who left by a clock that was wrong."""
    if abs(time.time() - flow["begun"]) > LASTS:
        msg = f"This took longer than {LASTS // 60} minutes. {AGAIN}"
        raise ValidationError(msg)


def refuse_changed(flow: Flow, issuer: str) -> None:
    """Refuse someone who left for another provider than the one that is set now."""
    if issuer != flow["issuer"]:
        msg = f"An owner has changed the provider of your organisation meanwhile. {AGAIN}"
        raise ValidationError(msg)


def refuse_stale(flow: Flow, at: Any) -> None:
    """Refuse an answer unless the provider asked the person again after they left."""
    if not isinstance(at, int | float) or at < flow["begun"] - _BEFORE:
        msg = f"The provider did not ask who you are just now. {AGAIN}"
        raise ValidationError(msg)


def email_of(value: Any) -> str:
    """An address as accounts have it; "" if it is too long, since a part could be another's."""
    email = value.strip().lower() if isinstance(value, str) else ""
    return email if len(email) <= 254 else ""


def name_of(value: Any) -> str:
    """A name in one line."""
    return " ".join(value.split())[:120] if isinstance(value, str) else ""


def groups_of(values: Iterable[Any]) -> tuple[str, ...]:
    """Groups as the table of groups has them."""
    return tuple(str(one) for one in list(values)[:500])


def moment(at: Any) -> float:
    """When someone was asked, never in the future; 0 if the provider does not say."""
    return min(at, time.time()) if isinstance(at, int | float) else 0


def kept[T](name: str, ask: Callable[[], T], *, is_stale: bool = False) -> T:
    """The reply to a question: a kept one, or the last good one while nobody answers.

    Once it is stale one request asks anew, and the others go on with what is kept.
    """
    found: T | None = cache.get(named(name, "said"))
    is_due = is_stale or cache.add(named(name, "asked"), True, _FRESH)
    if found is not None and not is_due:
        return found
    try:
        said = ask()
    except ValidationError:
        if found is None or is_stale:
            raise
        return found
    cache.set(named(name, "said"), said, _KEPT)
    return said


def named(name: str, what: str) -> str:
    """The key under which something about a provider is kept."""
    return f"sign_on:{hashlib.sha256(name.encode()).hexdigest()}:{what}"


def call(url: str, whose: Hashable, *, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The reply of a provider; a ``body`` is posted.

    Raises ``ValidationError``: ``UnreachableError`` where trying again may help.
    """
    try:
        reply = outgoing.call(
            "POST" if body else "GET",
            url,
            headers=headers,
            body=body,
            most_bytes=_MOST_BYTES,
            seconds=_SECONDS,
            whose=whose,
        )
    except outgoing.AddressRefusedError as error:
        raise ValidationError(str(error)) from error
    except outgoing.CallFailedError as error:
        raise UnreachableError(str(error)) from error
    if reply.status != 200:
        msg = f"{urlsplit(url).hostname} refuses: it replies with status {reply.status}."
        is_down = reply.status >= 500
        raise UnreachableError(msg) if is_down else ValidationError(msg)
    return reply.body
