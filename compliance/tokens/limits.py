"""How often a token may call, and how often a network may guess one."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from compliance.organisations.rate_limits import within
from compliance.tokens.models import Token

WINDOW = 60
"""Seconds."""
WRONG = {"api_wrong": "60/m/ip"}


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of a token in this minute (draft-ietf-httpapi-ratelimit-headers)."""

    most: int
    left: int
    seconds: int
    """Until the next minute begins."""

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"token";q={self.most};w={WINDOW}',
            "RateLimit": f'"token";r={max(self.left, 0)};t={self.seconds}',
        }


def counted(token: Token) -> Quota:
    """Count one call more; ``left`` is below zero when it is one too many."""
    now = int(time.time())
    key = f"api-calls:{token.pk}:{now // WINDOW}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        used = cache.incr(key)
    except ValueError:  # it was put out of the cache just now
        used = 1
    most = settings.API_CALLS_PER_MINUTE
    return Quota(most, most - used, WINDOW - now % WINDOW)


def guesses_too_often(request: HttpRequest) -> bool:
    """Whether a network sent too many wrong tokens lately; this one is counted.

    A right one opens all the same: others may share the network.
    """
    return not within(request, WRONG, limit_get=True)
