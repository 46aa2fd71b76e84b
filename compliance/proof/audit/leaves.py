"""The commitment to an event's content: a hash for each of its leaves. Pure.

Each leaf of the JSON (a text, a number, a list of plain numbers or of rows) is hashed
with its place and 16 random bytes of its own, as SD-JWT does with claims (RFC 9901),
and the content's hash is the root of the Merkle tree over the leaves (RFC 9162). A leaf
can be erased for ever, value and salt, and the hash of that day still proves the others.

``salts`` has a word for each leaf, in the order of the walk: its salt, or of an erased
one "=" and the leaf's hash.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Sequence
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from compliance.proof.audit.merkle import leaf, root_over

SALT_BYTES = 16


class Erased(str):
    """Shown where a text was. It agrees with every text, since nobody knows it any more."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, str)


ERASED = Erased("[erased]")
_LEFT = re.compile(
    r"(?<!\w)(?:erased person \d+|erased-\d+@erased\.invalid)(?!\w)|\u2026",
    re.IGNORECASE,
)
Place = str
"""Where a leaf is: "/after/note"; "#" stands before the number of an item in a list."""

Texts = Sequence[str]
"""Where an event may hold texts of people: "/after/answers/*/note". "*" stands for any
key, "#" for any item of a list, and "**" at the end for whatever is there."""
_ANY = {"*": "/(?!#)[^/]*", "#": r"/#\d+", "**": "(?:/.*)?"}
_encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_ESCAPED = str.maketrans({"~": "~0", "/": "~1", "#": "~2"})
_BRANCHES = (dict, list)


def is_left(text: str) -> bool:
    """Whether a text has what an erasing puts in the place of a name or address."""
    return bool(_LEFT.search(text))


def walk(content: Any) -> list[tuple[Place, Any]]:
    """Every leaf of a JSON value with its place, keys in order."""
    found: list[tuple[Place, Any]] = []
    _walk(content, "", found)
    return found


def _walk(value: Any, place: Place, found: list[tuple[Place, Any]]) -> None:
    if isinstance(value, dict) and value:
        for key, item in sorted(value.items()):
            at = f"{place}/{key if key.isidentifier() else key.translate(_ESCAPED)}"
            if isinstance(item, _BRANCHES):
                _walk(item, at, found)
            else:
                found.append((at, item))
    elif isinstance(value, list) and not _is_leaf(value):
        for number, item in enumerate(value):
            _walk(item, f"{place}/#{number}", found)
    else:
        found.append((place, value))


def _is_leaf(items: list[Any]) -> bool:
    """Whether a list is one leaf; the same before and after a text in it is erased."""
    return all(isinstance(item, list | int | float) for item in items)


def committed(content: Any) -> tuple[str, str]:
    """New salts for a content, and its root as 64 hexadecimal digits."""
    places = walk(content)
    data = secrets.token_bytes(SALT_BYTES * len(places))
    salts = [
        base64.urlsafe_b64encode(data[at : at + SALT_BYTES]).decode().rstrip("=")
        for at in range(0, len(data), SALT_BYTES)
    ]
    return " ".join(salts), _root(places, salts)


def root(content: Any, salts: str) -> str:
    """The root of a content with its salts; ``ValueError`` when they do not fit."""
    words, places = salts.split(), walk(content)
    if len(words) != len(places):
        msg = f"{len(places)} leaves and {len(words)} salts"
        raise ValueError(msg)
    return _root(places, words)


def _leaf_hash(place: Place, value: Any, salt: str) -> bytes:
    """The hash of ``[place, salt, value]``, as JSON; its strings are put in by hand,
    since the encoder takes as long to begin as for all the rest."""
    if salt[0] == "=":
        if value is not None:
            msg = f"{place} is erased, and has a value"
            raise ValueError(msg)
        return bytes.fromhex(salt[1:])
    text = f"[{encode_basestring(place)},{encode_basestring(salt)},{_said(value)}]"
    return leaf(text.encode())


def _said(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    return str(value) if type(value) is int else _encoded(value)


def _root(places: Sequence[tuple[Place, Any]], salts: Sequence[str]) -> str:
    """The root over leaves in order, as RFC 9162 has it."""
    pairs = zip(places, salts, strict=True)
    return root_over([_leaf_hash(*at, salt) for at, salt in pairs]).hex()


def erased(content: Any, salts: str) -> list[Place]:
    """The places of the leaves that were erased."""
    if "=" not in salts:
        return []
    pairs = zip(walk(content), salts.split(), strict=True)
    return [place for (place, _), salt in pairs if salt.startswith("=")]


def may_be_erased(place: Place, texts: Texts) -> bool:
    """Whether a leaf may go: a text of people may; all else never."""
    return bool(_pattern(tuple(texts)).fullmatch(place))


@cache
def _pattern(texts: tuple[str, ...]) -> re.Pattern[str]:
    ways = ("".join(_ANY.get(part, f"/{re.escape(part)}") for part in text.split("/")[1:]) for text in texts)
    return re.compile("|".join(ways) or "(?!)", re.DOTALL)


def without(
    content: Any, salts: str, texts: Texts, goes: Callable[[Place, str], bool]
) -> tuple[Any, str, list[Place]]:
    """The content without those of its ``texts`` that ``goes`` picks; its salts, and
    their places.

    The root stays what it was. A leaf that may never be erased stays, whatever ``goes``
    says.
    """
    words, gone = salts.split(), list[Place]()
    for at, (place, value) in enumerate(walk(content)):
        if not (isinstance(value, str) and may_be_erased(place, texts) and goes(place, value)):
            continue
        words[at] = "=" + _leaf_hash(place, value, words[at]).hex()
        gone.append(place)
    return _emptied(content, "", set(gone)), " ".join(words), gone


def readable(content: Any, salts: str) -> Any:
    """The content to read: ``ERASED`` where a text was."""
    gone = set(erased(content, salts))
    return _emptied(content, "", gone, ERASED) if gone else content


def _emptied(value: Any, place: Place, gone: set[Place], left: Any = None) -> Any:
    if place in gone:
        return left
    if isinstance(value, dict):
        return {
            key: _emptied(item, f"{place}/{key.translate(_ESCAPED)}", gone, left)
            for key, item in value.items()
        }
    if isinstance(value, list) and not _is_leaf(value):
        return [_emptied(item, f"{place}/#{at}", gone, left) for at, item in enumerate(value)]
    return value
