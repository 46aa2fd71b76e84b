"""The trail on its way out: as JSON Lines that check themselves, and the checker."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone

from compliance.proof.audit import checkpoints, event_types, leaves, trail
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.jsonl import FORMAT, line_of
from compliance.proof.audit.merkle import proof_of
from compliance.proof.audit.models import Event

_CHECKER = ("chain", "chain_check", "jsonl", "leaves", "merkle", "signed_note")
"""Modules that ``check_trail.py`` needs beside it, under ``compliance/proof/audit``."""


def checker() -> dict[str, bytes]:
    """Name to bytes of the files that check an exported trail without Attest.

    ``check_trail.py`` lies on top of them: ``python3 check_trail.py trail.jsonl``.
    ``texts.json`` lists for it what may be erased.
    """
    root = Path(settings.BASE_DIR)
    names = [
        "compliance/__init__.py",
        "compliance/proof/__init__.py",
        "compliance/proof/audit/__init__.py",
        *(f"compliance/proof/audit/{name}.py" for name in _CHECKER),
    ]
    files = {name: (root / name).read_bytes() for name in names}
    top = root / "compliance" / "proof" / "audit" / "check_trail.py"
    texts = {str(one): one.texts for one in event_types.every()}
    said = json.dumps(texts, sort_keys=True, indent=1).encode()
    return {"check_trail.py": top.read_bytes(), "texts.json": said} | files


def whole(organisation_id: UUID, name: str) -> Iterator[str]:
    """Every event of a chain up to now, oldest first, behind a head; line by line."""
    seq, last = trail.head_of(organisation_id)
    events = Event.objects.filter(organisation_id=organisation_id, seq__lte=seq)
    yield _head(organisation_id, name, {"head": [seq, last]}, events)
    for event in trail.stored(events.order_by("seq")):
        yield line_of(event)


def part(
    organisation_id: UUID,
    name: str,
    events: QuerySet[Event],
    words: str,
    at: datetime | None = None,
    *,
    for_outside: bool = False,
) -> Iterator[str]:
    """Some events of a chain, oldest first, with the proof that a signed tree holds them.

    The tree is that of the last checkpoint; what is newer has its hash alone.
    ``words`` say how they were chosen, ``at`` is when, now unless it is given.
    ``for_outside``: as ``seen_outside`` leaves them.
    """
    last = checkpoints.latest(organisation_id)
    size = last.size if last else 0
    every = Event.objects.filter(organisation_id=organisation_id, seq__lte=size)
    hashes = [bytes.fromhex(own) for own in every.order_by("seq").values_list("hash", flat=True).iterator()]
    wanted = events.filter(seq__lte=size).order_by().values_list("seq", flat=True)
    places = [seq - 1 for seq in wanted.iterator()]
    proof = [each.hex() for each in proof_of(hashes, places)] if size else []
    what = {
        "chosen": words,
        "part": {"size": size, "proof": proof},
        "checkpoint": checkpoints.note_of(last) if last else "",
    }
    yield _head(organisation_id, name, what, events, at)
    for event in trail.stored(events.order_by("seq")):
        if for_outside:
            payload, salts = seen_outside(event.link.action, event.payload, event.salts)
            yield line_of(replace(event, payload=payload, salts=salts))
        else:
            yield line_of(event)


def seen_outside(action: str, payload: str, salts: str) -> tuple[str, str]:
    """Payload and salts of an event for people outside the organisation.

    One that ``stays_inside`` loses its texts as if they were erased, so its hash holds.
    """
    if action not in event_types.those(stays_inside=True):
        return payload, salts
    texts, content = event_types.texts_of(action), json.loads(payload)
    left, salts, _ = leaves.without(content, salts, texts, lambda _place, _text: True)
    return canonical(left), salts


def _head(
    organisation_id: UUID,
    name: str,
    what: dict[str, Any],
    events: QuerySet[Event],
    at: datetime | None = None,
) -> str:
    actors = events.order_by().values("actor")
    people = get_user_model()._default_manager.filter(pk__in=actors)
    head = {
        "format": FORMAT,
        "organisation": str(organisation_id),
        "name": name,
        "exported_at": (at or timezone.now()).isoformat(),
        "key": checkpoints.verifier(organisation_id),
        "people": {str(person.pk): str(person) for person in people},
    }
    if retired := checkpoints.retired_verifiers(organisation_id):
        head["retired_keys"] = retired
    return canonical(head | what) + "\n"
