"""Keys and short titles for what other formats name at any length. Pure.

The same words always give the same key, so that a file that is read twice meets what
was read before.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from compliance.content.formats.findings import Notes, clipped
from compliance.ground.web.unknown_date import NO_DAY

QUESTION_LENGTH = 20
SOURCE_LENGTH = 300
NO_DAY_WORDS = f"says no date, so “law as of” is not stated ({NO_DAY} in files)"
_ENTRY = re.compile(r"([-+*|•\u2013]|\d{1,2}[.)]|\(?[a-z0-9]{1,3}\))\s+")
"""How an entry of a list begins."""
_SAYABLE = re.compile(r"[\sA-Za-z0-9.,;:!?'\"()/_\u2018\u2019\u201c\u201d\u2013-]*")
"""All that a key says, or that changes nothing when it is left out."""
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


def choice_key(label: str, most: int = 40) -> str:
    """A key for what a choice says, and for nothing else: "< 10" is not "> 10"."""
    key = slug(label, most)
    plain = unicodedata.normalize("NFKD", label)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    if _SAYABLE.fullmatch(plain) or key.endswith(_hash(label)):
        return key
    return _tailed(key, label, most)


def keys_of(named: Sequence[tuple[str, str]], most: int) -> list[str]:
    """A key for each name with what its holder is called for good.

    Names that meet take a hash of the latter, each of them: a count would shift when one
    of them goes, and lead the answers of one to another.
    """
    met = Counter(name.lower() for name, _ in named)
    taken: set[str] = set()
    return [
        fresh(
            name if met[name.lower()] == 1 else _tailed(name, lasting, most),
            taken,
            most,
        )
        for name, lasting in named
    ]


def give_keys(asked: Sequence[tuple[dict[str, Any], str]], notes: Notes) -> None:
    """Settle key and source of each question, which comes with its place in the file.

    "key" is a name for the question, "source" what the file calls it for good. Where two
    have one source, the words tell them apart; of two that say the same, one has it.
    """
    met = Counter(question["source"] for question, _ in asked)
    named: list[tuple[str, str]] = []
    taken: set[str] = set()
    for question, _ in asked:
        source = question["source"]
        if met[source] > 1 or not source:
            source = f"{source}#{_hash(question['text'])}"
        if len(source) > SOURCE_LENGTH:
            source = f"{source[: SOURCE_LENGTH - 9]}-{_hash(source)}"
        named.append((question["key"], source))
        question["source"] = "" if source in taken else source
        taken.add(source)
    keys = keys_of(named, QUESTION_LENGTH)
    for (question, place), key in zip(asked, keys, strict=True):
        if key != question["key"]:
            words = f"{question['key']} appears twice in the file: here it is called {key}"
            notes.keep(place, words)
            question["key"] = key


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
    """The text before a list on one line, and the list from its first entry on."""
    lines = [part for part in prose(value).splitlines() if part]
    first = next((at for at, part in enumerate(lines) if _ENTRY.match(part)), 0)
    if not first:
        return " ".join(lines), []
    return " ".join(lines[:first]), [_BULLET.sub("", p, count=1) for p in lines[first:]]


def title(value: Any, most: int = 60) -> str:
    """A title that fits, cut between words where it is too long."""
    whole = line(value)
    found = clipped(whole, most)
    if found == whole:
        return found
    head, _, rest = found.removesuffix("…").rpartition(" ")
    is_cut_in_word = whole[len(found) - 1 : len(found)].strip() != ""
    return f"{head}…" if is_cut_in_word and len(rest) < most // 3 and head else found


def in_full(shown: str, name: str, text: str) -> str:
    """The text, after the name where a title shows no more than a part of it."""
    if not text or title(shown) == shown or name in text:
        return text or name
    return f"{name}: {text}" if name else text


def _tailed(key: str, lasting: str, most: int) -> str:
    """The key with a hash of what its holder is called for good."""
    return f"{key[: most - 9].rstrip('-._')}-{_hash(lasting)}"


def _shortened(key: str, most: int) -> str:
    if len(key) <= most:
        return key
    return _tailed(key, key, most)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
