"""Text from people as it can stand on paper: literal, whole, and able to break."""

import re
import unicodedata

from django import template

from compliance.web.text import FORBIDDEN

register = template.Library()

LONG_RUN = re.compile(r"\S{25,}")
BREAK = "\u200b"
EVERY = 12
_JOINERS = {"\u200d", "\u200c", "\ufe0e", "\ufe0f"}


@register.filter
def paper(text: str) -> str:
    """The text with places to break in long words; nothing else is added.

    Characters that cannot be shown become U+FFFD, the sign for exactly that; more
    than one blank line becomes one.
    """
    text = FORBIDDEN.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"\n{3,}", "\n\n", text)
    return LONG_RUN.sub(_with_breaks, text)


def _with_breaks(match: re.Match[str]) -> str:
    """A zero-width space after every twelfth character, never inside a cluster."""
    found: list[str] = []
    since = 0
    for character in match.group():
        if since >= EVERY and _starts_cluster(character, found[-1]):
            found.append(BREAK)
            since = 0
        found.append(character)
        since += 1
    return "".join(found)


def _starts_cluster(character: str, before: str) -> bool:
    return (
        before not in _JOINERS
        and character not in _JOINERS
        and unicodedata.category(character)[0] != "M"
        and not "\U0001f3fb" <= character <= "\U0001f3ff"
    )


@register.filter
def direction(text: str) -> str:
    """ "rtl" or "ltr", by the first character that has a direction (HTML, dir=auto)."""
    for character in str(text):
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            break
    return "ltr"


@register.filter
def unbroken(text: str) -> str:
    """The text with spaces that do not break, for citations and dates."""
    return str(text).replace(" ", "\u00a0")
