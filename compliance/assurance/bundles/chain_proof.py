"""Proof that the events of one assessment are in the chain of their organisation.

A proof names the size and the Merkle root of the whole chain and holds the parts of the
tree that have none of the events (``audit.merkle``); and the last signed checkpoint,
with what shows that the chain goes on from there.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from compliance.proof.audit import checkpoints, merkle
from compliance.proof.audit.models import Event


def proof_in(organisation_id: UUID, seq: int, events: QuerySet[Event]) -> dict[str, Any]:
    """The proof for some events of a chain as it was at ``seq``; reads all its hashes."""
    chain = Event.objects.filter(organisation_id=organisation_id, seq__lte=seq)
    hashes = chain.order_by("seq").values_list("hash", flat=True).iterator()
    data = [bytes.fromhex(one) for one in hashes]
    places = [at - 1 for at in events.values_list("seq", flat=True)]
    last = checkpoints.latest(organisation_id)
    said = None
    if last and 0 < last.size <= seq:
        parts = merkle.consistency(data, last.size)
        said = {
            "text": last.text(),
            "size": last.size,
            "root": last.root.hex(),
            "key": checkpoints.verifier(organisation_id),
            "parts": [part.hex() for part in parts],
        }
    return {
        "size": len(data),
        "root": merkle.root_of(data).hex(),
        "parts": [part.hex() for part in merkle.proof_of(data, places)],
        "checkpoint": said,
    }
