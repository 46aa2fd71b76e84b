"""What never stands in a log: tokens that open a door."""

import logging
import re

_TOKEN = re.compile(r"(/(?:share|invitation)/)[^/\s?]+")


class HideTokens(logging.Filter):
    """Writes "/share/..." where an address with a token is told."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = _TOKEN.sub(r"\1...", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True
