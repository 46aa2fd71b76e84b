"""The subscription itself: a file for a calendar program that holds the token."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from compliance.identity.organisations.rate_limits import log_too_many, within
from compliance.reporting.calendar.feed_dates import feed_of, read
from compliance.reporting.calendar.ical import MEDIA_TYPE, tag_of, written

WRONG = {"feed": "20/m/ip"}
RIGHT = {"feed_read": "60/h/key"}
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The dates as iCalendar; unchanged ones are not sent again (RFC 9110, 13.1.2)."""
    found = feed_of(token)
    if found is None:  # a right address works all the same: others share the network
        return _refusal(429, 60) if _is_throttled(request, WRONG) else _refusal(404)
    if _is_throttled(request, RIGHT, key=found.token_hash):
        return _refusal(429, 3600)
    dates = read(found)
    if dates is None:
        return _refusal(404)
    of = (found.organisation_id, dates.name, dates.entries)
    tag = tag_of(*of)
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(written(*of), content_type=MEDIA_TYPE)
    response.headers["ETag"] = tag
    return _headed(response)


def _is_throttled(request: HttpRequest, limit: dict[str, str], **more: Any) -> bool:
    """Whether too many tries came: wrong ones from a network, or right ones of a token."""
    is_throttled = not within(request, limit, limit_get=True, **more)
    if is_throttled:
        log_too_many(request)
    return is_throttled


def _refusal(status: int, wait: int = 0) -> HttpResponseBase:
    """In plain text: a program reads it, not a person; it may ask again in ``wait`` seconds."""
    words = {404: "This calendar has ended, or never existed.\n", 429: "Too often.\n"}
    response = HttpResponse(words[status], content_type="text/plain", status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return _headed(response)


def _headed(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
