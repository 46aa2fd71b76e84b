"""Keys and short titles for what other formats name at any length. Pure.

The same words always give the same key, so that a file that is read twice meets what
was read before.
"""

import hashlib
import re
import unicodedata
from typing import Any

from compliance.interchange.formats.found import Notes, clipped
from compliance.web.no_day import NO_DAY

QUESTION_LENGTH = 20
NO_DAY_WORDS = f"says no date, so “law as of” is not stated ({NO_DAY} in files)"
_ENTRY = re.compile(r"([-+*|•\u2013]|\d{1,2}[.)]|\(?[a-z0-9]{1,3}\))\s+")
"""How an entry of a list begins."""
_BULLET = re.compile(r"[-+*•\u2013]\s+")


def slug(text: str, most: int = 60) -> str:
    """A key of a checklist, section or choice: letters, digits, "-"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return _shortened(found or f"x-{_hash(text)}", most)


def question_key(text: str) -> str:
    """A key of a question, as like the name as twenty characters allow."""
    found = re.sub(r"[^A-Za-z0-9._()-]+", "-", text).strip("-._")
    if not found or not found[0].isalnum():
        found = f"q-{_hash(text)}"
    return _shortened(found, QUESTION_LENGTH)


def fresh(key: str, taken: set[str], most: int) -> str:
    """The key, or one made of it that is not taken; it is taken then."""
    found, count = key, 1
    while found in taken:
        count += 1
        tail = f"-{count}"
        found = key[: most - len(tail)] + tail
    taken.add(found)
    return found


def own_key(key: str, taken: set[str], notes: Notes, place: str) -> str:
    """The key of a question, made fresh; one that has to differ from the file is told."""
    found = fresh(key, taken, QUESTION_LENGTH)
    if found != key:
        notes.keep(place, f"{key} stands twice in the file: here it is called {found}")
    return found


def text_of(value: Any) -> str:
    """A word of a file as text: numbers and yes or no as they read."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value)


def line(value: Any) -> str:
    """Text on one line."""
    return " ".join(text_of(value).split())


def prose(value: Any) -> str:
    """Text with its lines, each without blanks around and in it."""
    lines = [" ".join(part.split()) for part in text_of(value).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def entries_in(value: Any) -> tuple[str, list[str]]:
    """What is said before a list on one line, and the list from its first entry on."""
    lines = [part for part in prose(value).splitlines() if part]
    first = next((at for at, part in enumerate(lines) if _ENTRY.match(part)), 0)
    if not first:
        return " ".join(lines), []
    return " ".join(lines[:first]), [_BULLET.sub("", p, count=1) for p in lines[first:]]


def title(value: Any, most: int = 60) -> str:
    """A title that fits."""
    return clipped(line(value), most)


def _shortened(key: str, most: int) -> str:
    if len(key) <= most:
        return key
    return f"{key[: most - 9].rstrip('-._')}-{_hash(key)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
