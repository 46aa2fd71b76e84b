"""Limits of calls by token and by organisation, and of wrong tokens by network."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from compliance.identity.organisations.rate_limits import within
from compliance.identity.organisations.sign_in_log import log_refusal
from compliance.identity.tokens.models import Token

WINDOW = 60
"""Seconds."""
WRONG = {"api_wrong": "60/m/ip"}


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls in this minute (draft-ietf-httpapi-ratelimit-headers)."""

    of: str
    """"token", or "organisation" if all its tokens together are nearer to their limit."""
    most: int
    left: int
    seconds: int
    """Seconds until the next minute begins."""

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.of}";q={self.most};w={WINDOW}',
            "RateLimit": f'"{self.of}";r={max(self.left, 0)};t={self.seconds}',
        }


def counted(token: Token) -> Quota:
    """Count one more call of the token and of its organisation; return the tighter limit.

    ``left`` is below zero if the call is one too many. A call that its own token has used up
    does not count for the others of the organisation. That of a directory counts by
    itself: nobody's program keeps it from ending a membership.
    """
    own = _counted("token", token.pk, settings.API_CALLS_PER_MINUTE)
    if own.left < 0 or token.is_of_directory:
        return own
    most = settings.API_CALLS_PER_MINUTE_OF_ALL
    of_all = _counted("organisation", token.organisation_id, most)
    return min(own, of_all, key=lambda quota: quota.left)


def _counted(of: str, key: object, most: int) -> Quota:
    now = int(time.time())
    name = f"api-calls:{of}:{key}:{now // WINDOW}"
    cache.add(name, 0, timeout=2 * WINDOW)
    try:
        used = cache.incr(name)
    except ValueError:  # it was put out of the cache just now
        used = 1
    return Quota(of, most, most - used, WINDOW - now % WINDOW)


def guesses_too_often(request: HttpRequest) -> bool:
    """Whether a network sent too many wrong tokens lately; this one is counted.

    A right token still works: others may share the network.
    """
    is_one_too_many = not within(request, WRONG, limit_get=True)
    log_refusal(request, "too many wrong tokens" if is_one_too_many else "wrong token")
    return is_one_too_many
