"""A full disk: how it is known, and the reply that keeps what was typed (safety.md, D1)."""

import errno
import re
from collections.abc import Iterator

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_POSTGRESQL = "53100"
_SAID = (
    "The disk is full: nothing was saved. Whoever runs this installation has to make"
    " room. Try again then."
)
_NO_WORDS = re.compile(r"|on|[0-9a-f]{64}|[0-9:,-]+")
"""What a form sends for itself: versions, hashes, days and ticks."""


def is_full(error: BaseException) -> bool:
    """Whether a fault of the disk or the database means that there is no space left."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    state = getattr(error.__cause__, "sqlstate", None)
    is_told = state == _POSTGRESQL or "disk is full" in str(error)
    return isinstance(error, DatabaseError) and is_told


def reply(request: HttpRequest) -> HttpResponse:
    """507 with the words that were typed; to htmx, which keeps its page, why alone."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(_SAID, status=507, content_type="text/plain; charset=utf-8")
    context = {"typed": dict.fromkeys(_typed(request))}
    return render(request, "507.html", context, status=507)


def _typed(request: HttpRequest) -> Iterator[str]:
    """Every text of a form but tokens and what is secret."""
    secret = {"csrfmiddlewaretoken", *getattr(request, "sensitive_post_parameters", ())}
    for name, values in request.POST.lists():
        if name not in secret and "password" not in name:
            yield from (text for text in values if not _NO_WORDS.fullmatch(text))
