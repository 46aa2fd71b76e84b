"""A chain as JSON Lines: a head, then a line for each event. Pure.

The head is ``{"format": "attest-trail-1", ...}``. Of a selection it has ``part``: the
size of the whole chain and the proof that the events are in it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TextIO

from compliance.proof.audit.chain import Link, Stored, canonical

FORMAT = "attest-trail-1"


def line_of(event: Stored) -> str:
    """An event as one line, with everything its hash is made of."""
    link = event.link
    values = {
        "seq": link.seq,
        "at": link.at.isoformat(),
        "actor": link.actor_id,
        "action": link.action,
        "subject": [link.subject_label, link.subject_id],
        "scope": link.scope_id,
        "payload": event.payload,
        "salts": event.salts,
        "payload_hash": link.payload_hash,
        "previous_hash": link.previous_hash,
        "hash": event.hash,
    }
    return canonical(values) + "\n"


def head_in(file: TextIO) -> dict[str, Any]:
    """The first line. Raises ``ValueError`` when it is not the head of a trail."""
    head = json.loads(file.readline() or "null")
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        msg = f"not a file of the form {FORMAT}"
        raise ValueError(msg)
    if missing := {"organisation", "key"} - set(head):
        msg = f"its head has no {min(missing)}"
        raise ValueError(msg)
    return head


def events_in(file: TextIO, organisation_id: str) -> Iterator[Stored]:
    """The events behind the head. Raises ``ValueError`` with the line of a bad one."""
    for number, line in enumerate(file, 2):
        try:
            yield _event(json.loads(line), organisation_id)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"line {number} is not an event: {error}"
            raise ValueError(msg) from error


def _event(values: Mapping[str, Any], organisation_id: str) -> Stored:
    label, subject_id = values["subject"]
    link = Link(
        organisation_id=organisation_id,
        seq=int(values["seq"]),
        at=datetime.fromisoformat(values["at"]),
        actor_id=str(values["actor"]),
        action=str(values["action"]),
        subject_label=str(label),
        subject_id=str(subject_id),
        scope_id=str(values["scope"]),
        payload_hash=str(values["payload_hash"]),
        previous_hash=str(values["previous_hash"]),
    )
    bytes.fromhex(values["hash"])
    own = str(values["hash"])
    return Stored(link, str(values["payload"]), str(values["salts"]), own)
