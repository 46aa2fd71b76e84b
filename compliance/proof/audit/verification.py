"""Checking a chain: against its head, and against the checkpoints kept outside."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from compliance.proof.audit import checkpoints, event_types, receipts, trail
from compliance.proof.audit.chain_check import Checked, Fault, Kind, check
from compliance.proof.audit.models import ChainHead, Deletion, Event
from compliance.proof.audit.signed_note import (
    Checkpoint,
    checkpoint_in,
    is_signed_by_one,
    origin_of,
)

MOST = 20
"""Faults of one kind of check that are named."""
_DELETING = timedelta(days=1)
"""No deletion takes as long: one that does has stopped."""


def settled(organisation_id: UUID, look: Callable[[], Iterable[Fault]]) -> list[Fault]:
    """The first faults of a look at rows that are there in stillness: no save just now."""
    if not any(look()):
        return []
    with trail.still(organisation_id):
        return list(islice(look(), MOST))


def chains() -> list[UUID]:
    """Every organisation id that has a head, an event or a file of checkpoints."""
    heads = ChainHead.objects.filter(seq__gt=0).values_list("pk", flat=True)
    return sorted({*heads, *_begun(), *checkpoints.signed_chains()})


def _begun() -> Iterator[UUID]:
    """Every organisation id that has an event, one look at the index for each.

    DISTINCT would read all events that there are.
    """
    ids = Event.objects.order_by("organisation_id").values_list("organisation_id")
    last = ids.first()
    while last:
        yield last[0]
        last = ids.filter(organisation_id__gt=last[0]).first()


def verify(organisation_id: UUID) -> Fault | None:
    """The first fault in a chain, or None when every event stands as written."""
    return checked(organisation_id).fault


def checked(organisation_id: UUID, since: Checkpoint | None = None) -> Checked:
    """Check a chain against its head and the checkpoints kept outside.

    ``since`` is a checkpoint of this installation: what was signed before it is
    counted, not read again.
    """
    signed, forged = signed_checkpoints(organisation_id)
    receipt = receipts.find(organisation_id)
    if receipt and not organisation_exists(organisation_id):
        return Checked(_unreceipted(receipt, signed), receipt.size, receipt.head)
    head = ChainHead.objects.filter(pk=organisation_id).first()
    unkept = _unkept(head, signed)
    events = Event.objects.filter(organisation_id=organisation_id)
    if since and events.filter(seq__lte=since.size).count() != since.size:
        since = None
    if since:
        signed = [each for each in signed if each.size > since.size]
    later = events.filter(seq__gt=since.size) if since else events
    found = check(
        lambda: trail.stored(later.order_by("seq", "pk")),
        (head.seq, head.hash) if head else None,
        signed,
        texts=event_types.texts_of,
        chains=_sizes,
        since=since,
    )
    fault = found.fault or forged or unkept or _mismarked(head) or _unreadable(later)
    if receipt and not is_being_deleted(organisation_id):
        fault = _returned(receipt)
    return replace(found, fault=fault)


def _sizes() -> dict[str, int]:
    sizes = ChainHead.objects.values_list("pk", "seq")
    return {str(pk): seq for pk, seq in sizes}


def organisation_exists(organisation_id: UUID) -> bool:
    """Whether the database has the organisation, or anything of its chain."""
    organisations = apps.get_model("compliance", "Organisation")._base_manager
    return (
        Event.objects.filter(organisation_id=organisation_id).exists()
        or ChainHead.objects.filter(pk=organisation_id).exists()
        or organisations.filter(pk=organisation_id).exists()
    )


def receipt_for(organisation_id: UUID, seq: str, head: str, at: str) -> receipts.Receipt | None:
    """The receipt of a deleted chain that can have ended, at a moment, with that event.

    Receipt and checkpoints hold the hashes of some events; nothing here has the others.
    """
    receipt = receipts.find(organisation_id)
    if receipt is None or organisation_exists(organisation_id):
        return None
    signed, _ = signed_checkpoints(organisation_id)
    heads = {one.size: one.head for one in signed} | {receipt.size: receipt.head}
    try:
        number, is_before = int(seq), datetime.fromisoformat(at) <= receipt.ended_at
    except (TypeError, ValueError):  # no number, no moment, or one without a zone
        return None
    can_be = is_before and 1 <= number <= receipt.size
    can_be = can_be and heads.get(number, head) == head
    return None if _unreceipted(receipt, signed) or not can_be else receipt


def is_being_deleted(organisation_id: UUID) -> bool:
    """Whether an organisation is being deleted just now: then rows are missing."""
    since = timezone.now() - _DELETING
    begun = Deletion.objects.filter(pk=organisation_id, began_at__gt=since)
    return begun.exists()


def _unreceipted(receipt: receipts.Receipt, signed: Sequence[Checkpoint]) -> Fault | None:
    """The fault of a checkpoint that contradicts the receipt about the end of a chain."""
    for said in signed:
        if said.size > receipt.size or (said.size == receipt.size and said.head != receipt.head):
            what = f"was signed, but the receipt of the deletion ends at {receipt.size}"
            return Fault(said.size, what, Kind.GONE)
    return None


def _returned(receipt: receipts.Receipt) -> Fault:
    what = (
        f"A receipt says that Attest deleted the organisation on"
        f" {receipt.ended_at:%Y-%m-%d %H:%M} UTC. An older backup or database brought it back"
    )
    return Fault(0, what, Kind.RETURNED)


def _unreadable(events: models.QuerySet[Event]) -> Fault | None:
    """The first event in a version of its type that is not known here.

    A canonical text ends with its version, so that no event has to be parsed again.
    """
    known = models.Q(pk__in=[])
    for version in {one.version for one in event_types.every()}:
        types = event_types.those(version=version)
        known |= models.Q(action__in=types, payload__endswith=f'"version":{version}}}')
    for event in events.exclude(known).order_by("seq").iterator(chunk_size=100):
        try:
            trail.content_of(event)
        except event_types.UnknownVersionError as error:
            return Fault(event.seq, str(error), Kind.NEWER)
    return None


def _unkept(head: ChainHead | None, signed: Sequence[Checkpoint]) -> Fault | None:
    """The newest checkpoint that was made, where its file no longer has it."""
    made = (head.signed if head else None) or 0
    if head and not made and len(signed) > 1:  # a crash leaves one that is not noted
        what = "was signed, and the head of the chain no longer says so"
        return Fault(signed[-1].size, what, Kind.UNKEPT)
    if made <= max((each.size for each in signed), default=0):
        return None
    what = "was signed by a checkpoint that is no longer in its file"
    return Fault(made, what, Kind.UNKEPT)


def _mismarked(head: ChainHead | None) -> Fault | None:
    """The fault of a chain that is marked as a sample's, and is none."""
    if not head or not head.is_disposable:
        return None
    if checkpoints.passing().filter(pk=head.pk).exists():
        return None
    what = (
        "its head is marked as that of a sample, and its organisation is none. Set"
        " is_disposable of its row in compliance_chainhead to false"
    )
    return Fault(0, what, Kind.MISMARKED)


def signed_checkpoints(
    organisation_id: UUID,
) -> tuple[list[Checkpoint], Fault | None]:
    """The checkpoints that bear our signature, and what is wrong with the first other."""
    notes, _ = checkpoints.kept(organisation_id)
    if not notes:
        return [], None
    own, good, forged = checkpoints.own_keys(), [], None
    for note in notes:
        try:
            said = checkpoint_in(note)
        except ValueError:
            said = None
        is_ours = said and said.origin == origin_of(organisation_id)
        if said and is_ours and is_signed_by_one(note, said.at, own):
            good.append(said)
        else:
            size = said.size if said else 0
            what = "a checkpoint bears no signature of this installation"
            forged = forged or Fault(size, what, Kind.CHECKPOINT)
    return good, forged
