"""A full disk, a database that is only read: how they are known, and the reply that keeps
what was typed (safety.md, D1 and D2)."""

import errno
import re
from collections.abc import Iterator

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.ground.web.bucket import AwayError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_FULL, _READ_ONLY = "53100", "25006"
"""PostgreSQL's names of these errors."""
_WORDS = {
    507: (
        "The disk is full",
        "The administrator of this installation has to make room. Then go back and save again.",
    ),
    503: (
        "Nothing can be saved at the moment",
        "The database can only be read: it is being moved or repaired. Try again later.",
    ),
}
_NO_WORDS = re.compile(r"|on|[0-9a-f]{64}|[0-9:,-]+")
"""Fields that a form sends for itself: versions, hashes, days and ticks."""


def is_full(error: BaseException) -> bool:
    """Whether a fault of the disk or the database means that there is no space left."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    return _is(error, _FULL, "disk is full")


def words_of(error: BaseException) -> str:
    """The words of a fault that says itself what a person can do; "" of any other."""
    return str(error) if isinstance(error, AwayError) else ""


def is_read_only(error: BaseException) -> bool:
    """Whether a fault of the disk or the database means that nothing may be written."""
    if isinstance(error, OSError):
        return error.errno == errno.EROFS
    return _is(error, _READ_ONLY, "readonly database")


def _is(error: BaseException, state: str, words: str) -> bool:
    """PostgreSQL has a state for it, SQLite words."""
    is_named = getattr(error.__cause__, "sqlstate", None) == state or words in str(error)
    return isinstance(error, DatabaseError) and is_named


def reply(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """507 or 503 with the words that were typed; None for any other fault.

    Why alone to htmx, which keeps its page.
    """
    if isinstance(error, AwayError):
        status, title, why = 503, "Files cannot be stored or read", str(error)
    else:
        status = 507 if is_full(error) else 503 if is_read_only(error) else 0
        if not status:
            return None
        title, why = _WORDS[status]
    if request.headers.get("HX-Request") == "true":
        said = f"{title}. {why}"
        return HttpResponse(said, status=status, content_type="text/plain")
    context = {
        "title": title,
        "why": why,
        "is_change": request.method not in {"GET", "HEAD"},
        "typed": dict.fromkeys(_typed(request)),
    }
    return render(request, "unwritable.html", context, status=status)


def _typed(request: HttpRequest) -> Iterator[str]:
    """Every text of a form but tokens and what is secret."""
    secret = {"csrfmiddlewaretoken", *getattr(request, "sensitive_post_parameters", ())}
    for name, values in request.POST.lists():
        if name not in secret and "password" not in name:
            yield from (text for text in values if not _NO_WORDS.fullmatch(text))
