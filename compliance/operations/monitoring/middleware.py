"""A number for each request, one line in the log, and its place in the metrics."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from compliance.ground.web.logs import request_number
from compliance.ground.web.middleware import is_static

logger = logging.getLogger("attest.requests")
HEADER = "X-Request-ID"
STATIC = "static"
_NUMBER = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestMiddleware:
    """The outermost: it sees every reply, with the time that all others took.

    The number of a proxy is kept, so that its lines and ours are found together. The
    line names the route and not the address, which may hold words that people searched.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        number = given if _NUMBER.fullmatch(given) else uuid4().hex
        outside = request_number.set(number)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            route = route_of(request)
            if route != STATIC:  # a page loads many, and nobody asks after one
                response.headers[HEADER] = number
            self._note(request, route, response.status_code, time.perf_counter() - began)
        finally:
            request_number.reset(outside)
        return response

    def _note(self, request: HttpRequest, route: str, status: int, seconds: float) -> None:
        method = method_of(request)
        said = {"method": method, "route": route, "status": status}
        logger.info(
            "%s %s %d in %.0f ms",
            *said.values(),
            seconds * 1000,
            extra=said | {"seconds": round(seconds, 4)},
        )
        if settings.METRICS_TOKEN:
            from compliance.operations.monitoring import metrics  # noqa: PLC0415 - see the view

            metrics.count(method, route, status, seconds)


def route_of(request: HttpRequest) -> str:
    """The pattern of the address as the route table has it; a few words for all others."""
    if request.resolver_match:
        return request.resolver_match.route
    return STATIC if is_static(request) else "unknown"


def method_of(request: HttpRequest) -> str:
    """The method, if it is one of HTTP: anybody can make up others without end."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "other"
