"""Check an exported trail without Attest: ``python3 check_trail.py trail.jsonl``.

Needs Python 3.12 and nothing else; with the package ``cryptography`` it checks the
signatures of the checkpoints, too. It uses the same functions as the app, which lie
beside it in ``compliance/proof/audit``. It ends with 0 when all is as written, with 1 when
something is not, with 2 when a file cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from compliance.proof.audit.chain import Stored, link_digest, payload_digest
from compliance.proof.audit.chain_check import check
from compliance.proof.audit.jsonl import events_in, head_in
from compliance.proof.audit.leaves import Place, erased, may_be_erased
from compliance.proof.audit.merkle import root_shown
from compliance.proof.audit.signed_note import (
    CAN_CHECK,
    Checkpoint,
    Keys,
    checkpoint_in,
    is_signed_by_one,
    keys_in,
    notes_in,
    origin_of,
)

TEXTS = Path(__file__).with_name("texts.json")
"""Type of event to the places of what may be erased, as the installation declares them."""


UNREADABLE = (
    OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
    RecursionError,
)  # fmt: skip
"""Errors of a file that says something else, however it says it."""


class Signed(NamedTuple):
    """The checkpoints that count, and what is to be said about them."""

    good: list[Checkpoint]
    bad: int
    words: list[str]


def main(arguments: list[str] | None = None) -> int:
    """Check what the arguments name, say it, and give the exit code."""
    parser = argparse.ArgumentParser(description="Check an exported trail of Attest.")
    parser.add_argument("trail", type=Path, help="the exported file, JSON Lines")
    parser.add_argument("--checkpoints", type=Path, help="default: TRAIL.checkpoints, where it is there")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        help="a verifier key, once for each, retired ones with their @moment; without it those in the file",
    )
    asked = parser.parse_args(arguments)
    try:
        words, is_good = report(asked.trail, asked.checkpoints, asked.key)
    except UNREADABLE as error:
        words, is_good = [f"Cannot be read: {error}."], None
    sys.stdout.writelines(f"{_one_line(each)}\n" for each in words)
    return 2 if is_good is None else 0 if is_good else 1


def report(trail: Path, checkpoints: Path | None = None, keys: Sequence[str] = ()) -> tuple[list[str], bool]:
    """Print the result of a check of the files line by line; whether all is as written.

    Raises ``ValueError`` and ``OSError`` for what cannot be read.
    """
    with trail.open(encoding="utf-8") as file:
        head = head_in(file)
    organisation_id = str(head["organisation"])
    place = checkpoints or trail.with_name(trail.name + ".checkpoints")
    data = str(head.get("checkpoint", "")).encode()
    if checkpoints or place.is_file():
        data = place.read_bytes()
    own = [*map(str, head.get("retired_keys", [])), str(head["key"])]
    signed = _signed(data, organisation_id, keys_in(keys or own))
    if not keys:
        signed.words.extend(
            [
                f"The key comes from the file itself. Compare it with the one you were given: {head['key']}",
                *(f"The same goes for a retired key: {key}" for key in own[:-1]),
            ]
        )
    look = _look_at_part if "part" in head else _look_at_whole
    words, is_good = look(trail, head, signed.good)
    name = head.get("name", organisation_id)
    return [f"Trail of {name}", *words, *signed.words], is_good and not signed.bad


def _one_line(text: str) -> str:
    """Text without what begins a line or steers a terminal: a file may say anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _read(trail: Path) -> Iterator[Stored]:
    with trail.open(encoding="utf-8") as file:
        head = head_in(file)
        yield from events_in(file, str(head["organisation"]))


def _look_at_whole(trail: Path, head: dict[str, Any], signed: list[Checkpoint]) -> tuple[list[str], bool]:
    seq, last = head["head"]
    head_of = int(seq), str(last)
    found = check(lambda: _read(trail), head_of, signed, texts=_texts())
    if found.fault:
        fault = found.fault
        return [f"Event {fault.seq} {fault.what} ({fault.kind})."], False
    words = [f"All {found.size} events are as written. Head: {found.head}"]
    if found.erased:
        places = sum(map(len, found.erased.values()))
        words.append(f"{places} texts were erased; later events name each.")
        words += _unchecked()
    words.append(
        f"Signed checkpoints agree up to event {found.covered}."
        if found.covered
        else "No checkpoint: a trail that was rewritten as a whole would not be detected."
    )
    return words, True


def _look_at_part(trail: Path, head: dict[str, Any], signed: list[Checkpoint]) -> tuple[list[str], bool]:
    """A selection: each event for itself, and that a signed tree holds them all."""
    events: dict[int, bytes] = {}
    texts, gone, last = _texts(), 0, 0
    for event in _read(trail):
        if what := _unlike(event):
            return [f"Event {event.link.seq}: {what} was changed."], False
        places = erased(json.loads(event.payload), event.salts)
        if fault := _fault_of(event, last, places, texts):
            return [fault], False
        last = event.link.seq
        gone += len(places)
        events[last] = bytes.fromhex(event.hash)
    words = [f"{len(events)} events, a selection: each is as it was hashed."]
    if gone:
        words += [f"{gone} texts were erased or left out of it.", *_unchecked()]
    size = int(head["part"]["size"])
    proof = [bytes.fromhex(each) for each in head["part"]["proof"]]
    tree = next((each for each in signed if each.size == size), None)
    if tree is None:
        return [
            *words,
            "No checkpoint comes with it, so their origin is not proven.",
        ], False
    shown = {seq - 1: own for seq, own in events.items() if seq <= size}
    if not _holds(tree, shown, proof):
        words.append(f"They are not in the tree of {size} events that was signed.")
        return words, False
    words.append(f"All up to event {size} are in the tree signed on {tree.at}.")
    if newer := len(events) - len(shown):
        words.append(f"{newer} are newer than it and rest on their hashes alone.")
    words.append("Events that are not in the selection were not looked at.")
    return words, True


def _fault_of(
    event: Stored,
    last: int,
    places: Sequence[Place],
    texts: Callable[[str], list[str]] | None,
) -> str:
    """The fault of an event behind the one of number ``last``; ``places`` were erased."""
    seq = event.link.seq
    if seq <= last:
        return f"Event {seq} stands out of order."
    may = texts(event.link.action) if texts else ["/**"]
    for place in places:
        if not may_be_erased(place, may):
            return f"Event {seq}: {place} was erased, and may not be."
    return ""


def _texts() -> Callable[[str], list[str]] | None:
    """Where an event of a type holds what may be erased; None where nothing says so."""
    if not TEXTS.is_file():
        return None
    said = json.loads(TEXTS.read_text(encoding="utf-8"))
    return lambda action: said.get(action, [])


def _unchecked() -> list[str]:
    """Words for erased texts where nothing says which of them may be."""
    if TEXTS.is_file():
        return []
    return [f"Whether they may be was not checked: that needs {TEXTS}."]


def _unlike(event: Stored) -> str:
    if payload_digest(event.salts, event.payload) != event.link.payload_hash:
        return "its content"
    return "" if link_digest(event.link) == event.hash else "its who, when or what"


def _holds(tree: Checkpoint, shown: dict[int, bytes], proof: list[bytes]) -> bool:
    try:
        return root_shown(tree.size, shown, proof) == tree.root
    except ValueError:
        return False


def _signed(data: bytes, organisation_id: str, keys: Keys) -> Signed:
    found, bad = Signed([], 0, []), 0
    for note in notes_in(data):
        if note is None:
            found.words.append("A piece of the checkpoints' file is not a checkpoint.")
            continue
        try:
            said = checkpoint_in(note)
        except ValueError as error:
            found.words.append(f"A checkpoint cannot be read: {error}.")
            bad += 1
            continue
        is_ours = said.origin == origin_of(organisation_id)
        if is_ours and is_signed_by_one(note, said.at, keys) is not False:
            found.good.append(said)
        else:
            found.words.append(f"A checkpoint of {said.size} is not signed by the key.")
            bad += 1
    if data and not CAN_CHECK:
        found.words.append("Signatures were not checked: that needs the package cryptography.")
    return found._replace(bad=bad)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
