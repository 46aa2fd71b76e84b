"""Verification of a chain: where it is broken, and how. Pure."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from compliance.proof.audit.chain import (
    START,
    Stored,
    link_digest,
    payload_digest,
)
from compliance.proof.audit.leaves import Place, Texts, erased, may_be_erased
from compliance.proof.audit.merkle import Frontier
from compliance.proof.audit.signed_note import Checkpoint

ERASING = "trail.erased"
"""The action of events that say which texts of which ones were erased."""

type Sizes = Callable[[], Mapping[str, int]]
"""Gives the number of events of every chain there is, by its id."""


class Kind(StrEnum):
    """The kind of fault in a trail, or in the rows that it proves."""

    EDITED = "edited"
    REHASHED = "edited and hashed again"
    REWRITTEN = "rewritten"
    DELETED = "deleted"
    FIRST_DELETED = "beginning deleted"
    CUT = "end cut off"
    SWAPPED = "swapped"
    REORDERED = "reordered"
    DUPLICATED = "duplicated"
    INSERTED = "inserted"
    BACKDATED = "date changed"
    MOVED = "moved between organisations"
    REPORT = "report file changed"
    SNAPSHOT = "signed snapshot changed"
    FILE = "evidence file changed"
    DOWNLOAD = "file for download changed"
    ROLLED_BACK = "end missing, or an older database"
    ROW = "row changed without an entry"
    UNFOLLOWED = "entry that no row follows"
    ERASED = "content taken out without an entry"
    HEAD = "head missing"
    MISMARKED = "head changed without an entry"
    GONE = "chain missing, or an older database"
    CHECKPOINT = "checkpoint not signed by this installation"
    UNKEPT = "checkpoint missing"
    RETURNED = "deleted, and back again"
    ENDED = "ended, and not being deleted"
    NEWER = "written by another version of the program"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad event, what is wrong and what was done; ``until`` ends a range."""

    seq: int
    what: str
    kind: Kind
    until: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check. ``covered`` is how far signed checkpoints vouch for it.

    ``erased`` has the number of each event that erased texts, and where they were:
    number of the event and place in it.
    """

    fault: Fault | None
    size: int
    head: str
    covered: int = 0
    erased: Mapping[int, list[tuple[int, Place]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Walk:
    """Where the check of a chain is."""

    tree: Frontier
    previous: str
    covered: int
    texts: Callable[[str], Texts] | None
    gone: dict[tuple[int, Place], int] = field(default_factory=dict)
    """Each text that was erased, and the event that says so, 0 while none does."""
    wrong: tuple[int, Place] | None = None
    """The first that is nothing that may be erased."""
    unheard: int = 0
    """The first event that should say what was erased, and does not."""

    def step(self, event: Stored) -> None:
        self.tree.add(bytes.fromhex(event.hash))
        self.previous = event.hash
        seq = event.link.seq
        if event.is_erased:
            texts = self.texts(event.link.action) if self.texts else ("/**",)
            for place in erased(json.loads(event.payload), event.salts):
                self.gone[seq, place] = 0
                if not self.wrong and not may_be_erased(place, texts):
                    self.wrong = seq, place
        if event.link.action == ERASING:
            self._hear(event)

    def _hear(self, event: Stored) -> None:
        """Take in the texts that an erasure names."""
        seq = event.link.seq
        try:
            for at in _named_by(event):
                self.gone[at] = self.gone.get(at) or seq
        except (ValueError, LookupError, TypeError, AttributeError):
            self.unheard = self.unheard or seq

    def erased_fault(self) -> Fault | None:
        if self.unheard:
            return Fault(self.unheard, "does not say what was erased", Kind.EDITED)
        for (seq, place), by in self.gone.items():
            if not by:
                what = f"{place} was erased, and no entry records it"
                return Fault(seq, what, Kind.ERASED)
        if self.wrong:
            seq, place = self.wrong
            what = f"{place} was erased, and may not be"
            return Fault(seq, what, Kind.ERASED)
        return None

    def erasures(self) -> dict[int, list[tuple[int, Place]]]:
        found = defaultdict(list)
        for at, by in sorted(self.gone.items()):
            found[by].append(at)
        return dict(found)


def check(
    read: Callable[[], Iterable[Stored]],
    head: tuple[int, str] | None,
    signed: Sequence[Checkpoint] = (),
    *,
    texts: Callable[[str], Texts] | None,
    chains: Sizes = dict,
    since: Checkpoint | None = None,
) -> Checked:
    """Check one chain, given in order of ``seq``, against its head and checkpoints.

    ``read`` gives the events after ``since``, or all; it is called again to name a
    fault. ``texts`` knows where an event of a type holds what may be erased; without it
    that is not checked. ``chains`` is called only to name a fault. A missing chain is a
    fault: the caller knows that there was one. Without a checkpoint nobody sees that a
    chain was written anew, or cut together with its head.
    """
    start = since.size if since else 0
    walk = _Walk(
        since.frontier() if since else Frontier(),
        since.head if since else START,
        start,
        texts,
    )
    waiting = sorted((each for each in signed if each.size > start), key=_size)
    fault = None
    for index, event in enumerate(read()):
        if not _is_good(event, walk.tree.size + 1, walk.previous):
            place = (index, walk.tree.size + 1, walk.previous)
            fault = _named(list(_light(read())), place, chains)
            break
        walk.step(event)
        if fault := _unlike(walk, waiting):
            break
    size = walk.tree.size
    fault = fault or _end_fault(size, walk.previous, head, waiting)
    fault = fault or walk.erased_fault()
    return Checked(fault, size, walk.previous, walk.covered, walk.erasures())


def _named_by(event: Stored) -> Iterator[tuple[int, Place]]:
    """The texts that an erasure names; any error of a shape for other content."""
    events = json.loads(event.payload)["after"]["events"]
    for number, places in events.items():
        for place in places:
            if not isinstance(place, str):
                raise TypeError
            yield int(number), place


def _size(checkpoint: Checkpoint) -> int:
    return checkpoint.size


def _is_good(event: Stored, expected: int, previous: str) -> bool:
    link = event.link
    return (
        link.seq == expected
        and link.previous_hash == previous
        and _has_its_content(event)
        and _has_its_hash(event)
    )


def _has_its_content(event: Stored) -> bool:
    return payload_digest(event.salts, event.payload) == event.link.payload_hash


def _has_its_hash(event: Stored) -> bool:
    return link_digest(event.link) == event.hash


def _unlike(walk: _Walk, waiting: list[Checkpoint]) -> Fault | None:
    """A checkpoint of just this size that says something else."""
    while waiting and waiting[0].size == walk.tree.size:
        said = waiting.pop(0)
        if (said.root, said.head) != (walk.tree.root(), walk.previous):
            first, last = walk.tree.unlike(said.parts) or (1, said.size)
            first = max(first, walk.covered + 1)
            what = f"or one up to {last} is not what was signed on {said.at:%Y-%m-%d %H:%M} UTC"
            return Fault(first, what, Kind.REWRITTEN, until=last)
        walk.covered = said.size
    return None


def _end_fault(
    size: int, last: str, head: tuple[int, str] | None, waiting: Sequence[Checkpoint]
) -> Fault | None:
    """The fault at the end of a chain whose events are good."""
    if head in {None, (size, START)}:
        gone = Fault(1, f"missing: {_left(waiting)}", Kind.GONE)
        return Fault(0, "the chain has no head", Kind.HEAD) if size else gone
    if head[0] > size:
        what = f"missing: the chain ended at {head[0]} before"
        return Fault(size + 1, what, Kind.CUT)
    if waiting:
        said = waiting[-1]
        what = (
            f"missing: {said.size} events were signed on {said.at:%Y-%m-%d %H:%M} UTC."
            " The end was cut off, or the database is an older one"
        )
        return Fault(size + 1, what, Kind.ROLLED_BACK, until=said.size)
    if head[0] < size:
        what = "comes after the head of the chain"
        return Fault(head[0] + 1, what, Kind.INSERTED)
    if head[1] != last:
        return Fault(size, "was changed and hashed again", Kind.REHASHED)
    return None


def _left(waiting: Sequence[Checkpoint]) -> str:
    """Words for a missing chain, and how much of it was signed."""
    if not waiting:
        return "no event of this chain is left"
    said = waiting[-1]
    return f"{said.size} events were signed on {said.at:%Y-%m-%d %H:%M} UTC, none is left"


def _light(events: Iterable[Stored]) -> Iterator[Stored]:
    """The events without their content, which may be large, but for its check.

    One that has lost its content has an empty payload.
    """
    for event in events:
        yield replace(event, payload="x" if _has_its_content(event) else "", salts="")


def _named(rows: list[Stored], place: tuple[int, int, str], chains: Sizes) -> Fault:
    """Say what was done, from the first event that is not good and those around it."""
    index, expected, previous = place
    row, seq = rows[index], rows[index].link.seq
    if seq > expected:
        kind = Kind.DELETED if expected > 1 else Kind.FIRST_DELETED
        return Fault(expected, f"missing: the next event is {seq}", kind)
    if seq < expected:
        is_copy = index > 0 and rows[index - 1].hash == row.hash
        kind = Kind.DUPLICATED if is_copy else Kind.INSERTED
        return Fault(seq, "appears twice", kind)
    if not _has_its_hash(row):
        return _strange(rows, index, previous, chains)
    if not row.payload:
        return Fault(seq, "its content was changed", Kind.EDITED)
    if seq == 1:
        return Fault(1, "does not begin the chain", Kind.FIRST_DELETED)
    what = "was changed and hashed again: the next event follows on another one"
    return Fault(seq - 1, what, Kind.REHASHED)


def _strange(rows: list[Stored], index: int, previous: str, chains: Sizes) -> Fault:
    """An event that is not what its hash says: from elsewhere, or changed."""
    row, seq = rows[index], rows[index].link.seq
    if origin := _origin(row, range(1, rows[-1].link.seq + 2)):
        return _displaced(rows, index, origin)
    if other := _foreign(row, chains):
        return Fault(seq, f"belongs to the chain of {other}", Kind.MOVED)
    after = rows[index + 1] if index + 1 < len(rows) else None
    if after and after.link.previous_hash == previous and _origin(after, [seq]):
        return Fault(seq, "was put in between", Kind.INSERTED)
    if not row.payload:
        return Fault(seq, "its content was changed", Kind.EDITED)
    before = rows[index - 1] if index else None
    is_early = before and row.link.at < before.link.at
    is_late = after and row.link.at > after.link.at
    if is_early or is_late:
        what = "its date was changed: it is not between the dates of its neighbours"
        return Fault(seq, what, Kind.BACKDATED)
    return Fault(seq, "its who, when or what was changed", Kind.EDITED)


def _displaced(rows: list[Stored], index: int, origin: int) -> Fault:
    """An event that stood at another place: what happened to the two places."""
    row, seq = rows[index], rows[index].link.seq
    there = {each.link.seq: each for each in rows}
    holder = there.get(origin)
    if holder and holder.hash == row.hash:
        return Fault(seq, f"is a copy of event {origin}", Kind.DUPLICATED)
    if origin == seq - 1:
        return Fault(origin, "was put in between", Kind.INSERTED)
    if holder and _origin(holder, [seq]):
        second = there.get(seq + 1)
        if second and seq + 1 < origin and _origin(second, [origin + 1]):
            what = f"events from {origin} on were put in its place"
            return Fault(seq, what, Kind.REORDERED)
        return Fault(seq, f"changed places with event {origin}", Kind.SWAPPED)
    if origin == 1 or any(each.hash == row.link.previous_hash for each in rows):
        return Fault(seq, f"event {origin} stands in its place", Kind.REORDERED)
    kind = Kind.DELETED if seq > 1 else Kind.FIRST_DELETED
    return Fault(seq, f"missing: event {origin} was given its number", kind)


def _origin(row: Stored, places: Iterable[int]) -> int:
    """The place at which an event has its hash, 0 for none of them."""
    for seq in places:
        if link_digest(replace(row.link, seq=seq)) == row.hash:
            return seq
    return 0


def _foreign(row: Stored, chains: Sizes) -> str:
    """The other chain that an event has its hash in, "" for none."""
    for name, size in chains().items():
        if name == row.link.organisation_id:
            continue
        there = replace(row, link=replace(row.link, organisation_id=name))
        if _origin(there, [row.link.seq]) or _origin(there, range(1, size + 2)):
            return name
    return ""
