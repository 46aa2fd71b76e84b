"""Whether the events of a bundle are those that were recorded, in their order. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from compliance.assurance.bundles import layout
from compliance.assurance.bundles.shape import EventPart
from compliance.proof.audit import merkle
from compliance.proof.audit.chain import Link, link_digest, payload_digest

Refusal = Callable[[str], Exception]


def check_trail(head: dict[str, Any], lines: Iterable[str], refusal: Refusal) -> Iterator[dict[str, Any]]:
    """Each event of a trail, once its hashes hold; raises what ``refusal`` makes of words."""
    before: EventPart | None = None
    count, shown = 0, {}
    for count, line in enumerate(_lines(lines, refusal), 1):
        event = _event(line, count, refusal)
        if fault := _fault(event, before, head):
            msg = f"line {count}, event {event.seq}: {fault}"
            raise refusal(msg)
        before = event
        shown[event.seq - 1] = bytes.fromhex(event.hash)
        yield json.loads(line)
    if count != head["events"]:
        msg = f"holds {count:,} events, and {head['events']:,} are said to be there"
        raise refusal(msg)
    if fault := _unproved(head, shown):
        raise refusal(fault)


def _unproved(head: dict[str, Any], shown: dict[int, bytes]) -> str:
    """The fault of the proof that events are in their chain; "" for none."""
    proof = head["proof"]
    size, root = proof["size"], bytes.fromhex(proof["root"])
    parts = [bytes.fromhex(part) for part in proof["parts"]]
    if size != head["head_seq"]:
        return "its proof is of a chain of another length"
    try:
        if merkle.root_shown(size, shown, parts) != root:
            return "its events are not in the chain that its proof names"
    except ValueError:
        return "its proof does not fit its events"
    said = proof["checkpoint"]
    if said and not merkle.is_consistent(
        said["size"],
        bytes.fromhex(said["root"]),
        size,
        root,
        [bytes.fromhex(part) for part in said["parts"]],
    ):
        return "its chain does not go on from its checkpoint"
    return ""


def _lines(lines: Iterable[str], refusal: Refusal) -> Iterator[str]:
    try:
        yield from lines
    except UnicodeDecodeError as error:
        msg = "is not UTF-8 text"
        raise refusal(msg) from error


def _event(line: str, at: int, refusal: Refusal) -> EventPart:
    if len(line) > layout.MOST_LINE_BYTES:
        msg = f"line {at} is longer than {layout.MOST_LINE_BYTES:,} characters"
        raise refusal(msg)
    try:
        event = EventPart.model_validate_json(line)
        json.loads(event.payload)
    except (ValidationError, ValueError, RecursionError) as error:
        msg = f"line {at} is not an event"
        raise refusal(msg) from error
    return event


def _fault(event: EventPart, before: EventPart | None, head: dict[str, Any]) -> str:
    """The fault of an event; "" for none."""
    stands_at_head = event.seq == head["head_seq"]
    is_next = before is not None and event.seq == before.seq + 1
    faults = {
        "is of another organisation": event.organisation_id != head["organisation_id"],
        "is of another assessment": event.scope_id != head["assessment"],
        "its content was changed": _has_other_content(event),
        "its who, when or what was changed": link_digest(_link(event)) != event.hash,
        "comes after the head": event.seq > head["head_seq"],
        "is not the declared head": (stands_at_head and event.hash != head["head_hash"]),
        "is out of order": before is not None and event.seq <= before.seq,
        "does not follow the event before it": (
            is_next and before is not None and event.previous_hash != before.hash
        ),
    }
    return next((words for words, is_so in faults.items() if is_so), "")


def _has_other_content(event: EventPart) -> bool:
    return payload_digest(event.salts, event.payload) != event.payload_hash


def _link(event: EventPart) -> Link:
    return Link(
        organisation_id=event.organisation_id,
        seq=event.seq,
        at=datetime.fromisoformat(event.at),
        actor_id=event.actor_id,
        action=event.action,
        subject_label=event.subject_label,
        subject_id=event.subject_id,
        scope_id=event.scope_id,
        payload_hash=event.payload_hash,
        previous_hash=event.previous_hash,
    )
