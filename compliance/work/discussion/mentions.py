"""People named in a comment: "@" and a full name or an e-mail address. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_INSIDE = "_+@"
"""Signs of an address besides letters and digits: "@" after one begins no name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can be named."""

    id: int
    name: str
    email: str

    @property
    def display_name(self) -> str:
        return self.name.strip() or self.email


@dataclass(frozen=True, slots=True)
class Offer:
    """Someone to choose, and what to write after the "@" to mean them alone."""

    person: Person
    handle: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text as it was typed; ``people`` are named by it, if any."""

    text: str
    people: tuple[int, ...] = ()


def pieces(text: str, people: Iterable[Person]) -> list[Piece]:
    """The whole text, cut where someone is named: the longest name wins.

    Capitals make no difference. People of the same name are all meant; an address
    means one.
    """
    handles = _handles(people)
    marks = [(0, 0, ()), *_found(text, handles), (len(text), len(text), ())]
    cut = []
    for (_, end, _), (start, stop, named) in pairwise(marks):
        cut += [Piece(text[end:start]), Piece(text[start:stop], named)]
    return [piece for piece in cut if piece.text]


def named(text: str, people: Iterable[Person]) -> list[int]:
    """Ids of those whom a text names, each once, in its order."""
    ids = (one for piece in pieces(text, people) for one in piece.people)
    return list(dict.fromkeys(ids))


def offers(people: Iterable[Person]) -> list[Offer]:
    """Everybody by their name, or by their address where two have the same name."""
    everybody = list(people)
    names = Counter(_folded(one.display_name) for one in everybody)
    return [
        Offer(
            one,
            one.display_name if names[_folded(one.display_name)] == 1 else one.email,
        )
        for one in everybody
    ]


type _Handles = dict[str, dict[str, tuple[int, ...]]]


def _handles(people: Iterable[Person]) -> _Handles:
    """First letter to names and addresses, the longest first, to who they mean."""
    means: dict[str, tuple[int, ...]] = {}
    for person in people:
        for handle in {_folded(person.name.strip()), _folded(person.email)} - {""}:
            means[handle] = (*means.get(handle, ()), person.id)
    handles: _Handles = {}
    for handle in sorted(means, key=len, reverse=True):
        handles.setdefault(handle[0], {})[handle] = means[handle]
    return handles


def _found(text: str, handles: _Handles) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Where a name begins with its "@", where it ends, and whom it means."""
    folded, at = _folded(text), -1
    while (at := folded.find("@", at + 1)) >= 0:
        if at and (folded[at - 1].isalnum() or folded[at - 1] in _INSIDE):
            continue
        start = at + 1
        for handle, meant in handles.get(folded[start : start + 1], {}).items():
            end = start + len(handle)
            if folded.startswith(handle, start) and _ends(folded, end):
                yield at, end, meant
                at = end - 1
                break


def _ends(folded: str, end: int) -> bool:
    """Whether no word and no address goes on there."""
    after, then = folded[end : end + 1] or " ", folded[end + 1 : end + 2]
    if after in "-." and then.isalnum():
        return False
    return not (after.isalnum() or after in _INSIDE or _is_mark(after))


def _is_mark(sign: str) -> bool:
    """Whether a sign sits on the letter before it, which makes it another letter."""
    return unicodedata.category(sign)[0] == "M"


def _folded(text: str) -> str:
    """Without capitals and of the same length, sign for sign."""
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)
