"""Sanitises names and addresses from outside. Pure: text in, text out."""

import re
import unicodedata
from urllib.parse import urlsplit

from compliance.ground.web.text import BLANK, FORBIDDEN, OVERRIDES

LONGEST_BYTES = 180
"""Bytes of a name in UTF-8; folders of archives and disks stop at 255."""

_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060-\u2064\u061c\ufeff\ufff9-\ufffb]")
_RESERVED_SIGNS = re.compile(r'[:*?"<>|]')
_DEVICES = re.compile(r"(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,10})$")


def clean_name(raw: str) -> str:
    """A file name to show and to offer: no path, no trick, nothing that a disk refuses.

    Letters of every script stay as they are. A name without any legal character becomes
    "file".
    """
    name = re.split(r"[/\\]", raw)[-1]
    name = re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]", " ", name)
    name = FORBIDDEN.sub("", name)
    name = OVERRIDES.sub("", name)
    name = _INVISIBLE.sub("", name)
    name = _RESERVED_SIGNS.sub("_", name)
    name = " ".join(name.split()).strip(". ")
    if _DEVICES.match(name.replace(" ", "")):
        name = f"_{name}"
    name = _shortened(name)
    seen = (sign for sign in name if unicodedata.category(sign)[0] in "LNS")
    return "file" if BLANK.issuperset(seen) else name


def ending_of(name: str) -> str:
    """ "pdf" of "Report.PDF"; "" when the last dot is part of a number or a sentence."""
    found = _ENDING.search(name)
    ending = found[1].lower() if found else ""
    return "" if ending.isdigit() else ending


def with_ending(name: str, endings: tuple[str, ...]) -> str:
    """The name, and the first of the endings behind it unless it has one of them."""
    if ending_of(name) in endings:
        return name
    return _shortened(f"{name}.{endings[0]}")


def link_fault(url: str) -> str:
    """The fault of a link, in words; "" when it may be kept.

    A link is shown and never fetched: names of an inner network are as good as any.
    """
    if not re.match(r"https?://", url, re.I):
        return "Begin the link with https:// or http://."
    if re.search(r"[\s\x00-\x20\\<>\"`{}|^\x7f]", url) or OVERRIDES.search(url):
        return "The link has a space or a character that no address has."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is not an address. Copy it from the address bar."
    if not host or not re.search(r"\w", host):
        return "The link names no server. Copy it from the address bar."
    if "@" in parts.netloc:
        return "Take the name and password out of the link: everybody would see them."
    return ""


def _shortened(name: str) -> str:
    """The name within the limit; its ending stays."""
    if len(name.encode()) <= LONGEST_BYTES:
        return name
    found = _ENDING.search(name)
    tail = found[0] if found else ""
    room = LONGEST_BYTES - len(tail)
    stem = name[: len(name) - len(tail)].encode()[:room].decode(errors="ignore")
    return stem.rstrip(". ") + tail
