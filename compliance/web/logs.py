"""Keeps secret tokens and tracebacks of bad requests out of the log."""

import logging
import re

_TOKEN = re.compile(r"(/(?:share|invitation|feed|digest)/)[^/\s?]+")


class HideTokens(logging.Filter):
    """Writes "/share/..." where an address with a token is told."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = _TOKEN.sub(r"\1...", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


class KeepShort(logging.Filter):
    """Leaves the traceback out of what a request is refused for: its line says it all.

    Anybody can send a foreign host or too many fields, as often as they like.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True
