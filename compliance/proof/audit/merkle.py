"""The Merkle tree over the events of a chain (RFC 9162, section 2.1). Pure.

A leaf is the 32 bytes of an event's hash; hashes go in and out as bytes. The root of
a size says the same as all the events up to there, and a proof shows that one tree
goes on from another, or that some events are in it, without the other events.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of no events."""


def leaf(data: bytes) -> bytes:
    """The hash of one event in the tree."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two parts of the tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows: one hash for each whole part, largest first."""

    def __init__(self, size: int = 0, parts: Sequence[bytes] = ()) -> None:
        """Begin empty, or go on from a ``size`` and its ``parts``.

        Raises ``ValueError`` when that many parts do not belong to the size.
        """
        if size < 0 or len(parts) != size.bit_count():
            msg = f"a tree of {size} has {size.bit_count()} parts, not {len(parts)}"
            raise ValueError(msg)
        self.size = size
        self.parts = list(parts)

    def add(self, data: bytes) -> None:
        """Put one more event behind the others."""
        made, size = leaf(data), self.size
        while size & 1:
            made, size = node(self.parts.pop(), made), size >> 1
        self.parts.append(made)
        self.size += 1

    def unlike(self, parts: Sequence[bytes]) -> tuple[int, int] | None:
        """The first and last event of the first part that another tree of this size has
        otherwise; None where it has all of them."""
        before = 0
        for own, other in zip(self.parts, parts, strict=True):
            whole = 1 << (self.size - before).bit_length() - 1
            if own != other:
                return before + 1, before + whole
            before += whole
        return None

    def root(self) -> bytes:
        """The root over all events so far."""
        if not self.parts:
            return EMPTY
        made = self.parts[-1]
        for part in reversed(self.parts[:-1]):
            made = node(part, made)
        return made


def root_of(data: Iterable[bytes]) -> bytes:
    """The root over events, in their order."""
    return root_over([leaf(each) for each in data])


def root_over(level: Sequence[bytes]) -> bytes:
    """The root over leaves of which only the hashes are known: pair by pair, up."""
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [
            *(node(left, right) for left, right in pairs),
            *level[len(level) & ~1 :],
        ]
    return level[0] if level else EMPTY


def consistency(data: Sequence[bytes], size: int) -> list[bytes]:
    """The proof that a tree over ``data`` goes on from its first ``size`` events.

    Raises ``ValueError`` for a size outside of 1 to ``len(data)``.
    """
    if not 1 <= size <= len(data):
        msg = f"no tree of {size} within one of {len(data)}"
        raise ValueError(msg)
    proof: list[bytes] = []
    low, high, whole = 0, len(data), True
    while size != high - low:
        middle = low + _left(high - low)
        if size <= middle - low:
            proof.append(root_of(data[middle:high]))
            high = middle
        else:
            proof.append(root_of(data[low:middle]))
            size, low, whole = size - (middle - low), middle, False
    if not whole:
        proof.append(root_of(data[low:high]))
    return proof[::-1]


def is_consistent(size: int, root: bytes, later: int, later_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of ``later`` goes on from that of ``size``."""
    if not 1 <= size <= later:
        return False
    if size == later:
        return not proof and root == later_root
    path = [root, *proof] if size & (size - 1) == 0 else list(proof)
    return _roots_shown(size - 1, later - 1, path) == (root, later_root)


def _roots_shown(first: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that a path leads to (RFC 9162, 2.1.4.2); None if its length is off."""
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0] if path else b""
    for each in path[1:]:
        if last == 0:
            return None
        if first & 1 or first == last:
            old, new = node(each, old), node(each, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = node(new, each)
        first, last = first >> 1, last >> 1
    return None if last else (old, new)


def proof_of(data: Sequence[bytes], wanted: Iterable[int]) -> list[bytes]:
    """One proof for several events: the parts that hold none of them, left to right.

    ``wanted`` are places, counted from 0. Raises ``ValueError`` for one outside.
    """
    places = _places(wanted, len(data))

    def walk(low: int, high: int, inside: Sequence[int]) -> list[bytes]:
        if not inside:
            return [root_of(data[low:high])]
        if high - low == 1:
            return []
        middle = low + _left(high - low)
        first = [place for place in inside if place < middle]
        rest = inside[len(first) :]
        return [*walk(low, middle, first), *walk(middle, high, rest)]

    return walk(0, len(data), places) if data else []


def root_shown(size: int, shown: Mapping[int, bytes], proof: Sequence[bytes]) -> bytes:
    """The root of a tree of ``size`` that holds the ``shown`` events at their places.

    Equal to a root that is known, it shows that they are in that tree. Raises
    ``ValueError`` for a proof that is too short or too long, and a place outside.
    """
    places = _places(shown, size)
    parts = iter(proof)

    def walk(low: int, high: int, inside: Sequence[int]) -> bytes:
        if not inside:
            return next(parts)
        if high - low == 1:
            return leaf(shown[low])
        middle = low + _left(high - low)
        first = [place for place in inside if place < middle]
        left = walk(low, middle, first)
        return node(left, walk(middle, high, inside[len(first) :]))

    try:
        root = walk(0, size, places) if size else EMPTY
    except StopIteration as error:
        msg = "the proof is too short"
        raise ValueError(msg) from error
    if next(parts, None) is not None:
        msg = "the proof is too long"
        raise ValueError(msg)
    return root


def _places(wanted: Iterable[int], size: int) -> list[int]:
    places = sorted(set(wanted))
    if places and not 0 <= places[0] <= places[-1] < size:
        msg = f"not every place is in a tree of {size}"
        raise ValueError(msg)
    return places


def _left(size: int) -> int:
    """How many events the left part of a tree holds: the largest power of two below."""
    return 1 << (size - 1).bit_length() - 1
