"""Keeps secret tokens and tracebacks of bad requests out of the log, and adds the request's number."""

import logging
import re
from contextvars import ContextVar

request_number: ContextVar[str] = ContextVar("request_number", default="-")
"""The number of the request that is worked on, "-" outside one."""

_PLACES = "share|invitation|feed|digest|accounts/confirm|accounts/password/reset"
_TOKEN = re.compile(rf"(/(?:{_PLACES})/)[^/\s?]+")


class HideTokens(logging.Filter):
    """Writes "/share/..." in place of an address with a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = _TOKEN.sub(r"\1...", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


class KeepShort(logging.Filter):
    """Leaves the traceback out of what a request is refused for: its line says it all.

    Anybody can send a foreign host, a form that cannot be read or too many fields, as
    often as they like.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        is_refusal = getattr(record, "status_code", 500) < 500
        if is_refusal or record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True


class AddRequest(logging.Filter):
    """Adds the number of the request, which ties the lines of one request together."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request = request_number.get()
        return True
