"""Writing and reading the trail. ``record`` is the only way to add an event."""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from compliance.ground.web import written_rows
from compliance.ground.web.joined_rows import Joined
from compliance.ground.web.sqlite_lock import in_turn
from compliance.proof.audit import event_types, leaves, rows
from compliance.proof.audit.bearing import borne
from compliance.proof.audit.chain import (
    START,
    Link,
    Stored,
    canonical,
    link_digest,
)
from compliance.proof.audit.models import LIBRARY, PEOPLE, ChainHead, Event
from compliance.proof.audit.projection import RecordedEvent

MOST_SENT = 50
FAR_BACK = 5_000
"""Events among which a form that is sent again is looked for: a chain may have 300,000."""
_STRETCH = 500
"""Events that are in memory at a time: one has some kilobytes, and a start all answers."""


def record(
    *,
    by: Any,
    organisation_id: UUID,
    action: str,
    subject: models.Model,
    scope_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Add one event to the chain of an organisation, in the caller's transaction.

    ``by`` is the user, or None for the program itself. ``before`` and ``after``
    hold only what changed. Raises ``RuntimeError`` outside a transaction: an event
    and its change are kept together or not at all. Raises ``ValueError`` for a name
    that no room declares, see ``event_types``.
    """
    entry = Entry(subject, action, before or {}, after or {})
    [event] = _added(by, _locked_head(organisation_id), scope_id, [entry], {})
    return event


def record_of_people(
    *,
    by: Any,
    action: str,
    subject: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an event about an account to the chain of people, once the block ends.

    So every other chain is locked before it, and it is locked for a moment only. Raises
    ``RuntimeError`` outside of a writer's block.
    """
    block = rows.opened()
    if block is None:
        msg = "an event about an account is part of a writer's block"
        raise RuntimeError(msg)
    block.last.append(
        partial(
            record,
            by=by,
            organisation_id=PEOPLE,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One of several events that are recorded together."""

    subject: models.Model
    action: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def record_together(
    *, by: Any, organisation_id: UUID, scope_id: UUID, entries: Sequence[Entry]
) -> list[Event]:
    """Add an event for each entry, one after the other, in a few statements.

    Each one says where the first and the last of them stand: see ``together``.
    Raises ``RuntimeError`` outside a transaction.
    """
    if not entries:
        return []
    head = _locked_head(organisation_id)
    span = {"together": [head.seq + 1, head.seq + len(entries)]}
    return _added(by, head, scope_id, entries, span)


def hold(organisation_id: UUID) -> int:
    """Let nobody else add to a chain until the transaction ends; its newest number."""
    seq: int = _locked_head(organisation_id).seq
    return seq


def newest(organisation_id: UUID) -> int:
    """The number of the newest event of a chain, also of one that waits to be written.

    Such a one has what changes next, too.
    """
    block = rows.opened()
    if block and organisation_id in block.waiting:
        events, _ = block.waiting[organisation_id]
        return int(events[-1][0].seq)
    return head_of(organisation_id)[0]


def _added(
    by: Any,
    head: ChainHead,
    scope_id: UUID | None,
    entries: Sequence[Entry],
    more: dict[str, Any],
) -> list[Event]:
    """The events that follow on a head.

    Each names the token of a program that does it (see ``bearing``).
    In a writer's block they wait until something reads events, another one follows in
    their chain, or the block ends: what changes in a chain after its last one is its own,
    too.
    """
    waiting = [
        (
            _event(by, head, seq, entry, scope_id),
            (type(entry.subject), entry.subject.pk),
            json.loads(
                canonical(
                    {
                        "before": entry.before,
                        "after": entry.after,
                        "version": event_types.named(entry.action).version,
                    }
                    | more
                    | borne()
                )
            ),
        )
        for seq, entry in enumerate(entries, head.seq + 1)
    ]
    events = [event for event, _, _ in waiting]
    events[0].previous_hash = head.hash
    if block := rows.opened():
        chain = head.organisation_id
        block.waiting[chain] = waiting, block.split(chain)
    else:
        _write(waiting, rows.Changes())
    return events


def write_waiting(*, is_last: bool = False) -> None:
    """Write the events that wait in a writer's block; their hashes are known then.

    ``is_last`` gives them what was changed in their chains after them.
    """
    block = rows.opened()
    for chain in list(block.waiting) if block else ():
        _write_waiting(chain, is_last=is_last)


def _write_waiting(chain: UUID, *, is_last: bool = False) -> None:
    block = rows.opened()
    if block and chain in block.waiting:
        waiting, before = block.waiting.pop(chain)
        if is_last:
            before.take_in(block.split(chain))
        _write(waiting, before)


def _write(waiting: Sequence[tuple[Event, rows.Row, dict[str, Any]]], changes: rows.Changes) -> None:
    """Give the events their content, rows and hashes, and save them."""
    last, previous = waiting[-1][0], waiting[0][0].previous_hash
    for event, about, content in waiting:
        is_alone = event is not last
        changed = rows.taken(changes, about, content["after"], alone=is_alone)
        _close(event, content | ({"rows": changed} if changed else {}), previous)
        previous = event.hash
    with rows.adding():
        if waiting[0][0] is last:
            written_rows.insert(last)
        else:
            events = [event for event, _, _ in waiting]
            Event.objects.bulk_create(events, batch_size=500)


def _event(by: Any, head: ChainHead, seq: int, entry: Entry, scope_id: UUID | None) -> Event:
    subject_label = str(entry.subject._meta.model_name)
    event_types.refuse_unfit(entry.action, subject_label, entry.before, entry.after)
    return Event(
        organisation_id=head.organisation_id,
        seq=seq,
        at=timezone.now(),
        actor=by,
        action=entry.action,
        subject_label=subject_label,
        subject_id=str(entry.subject.pk),
        scope_id=scope_id,
    )


def _close(event: Event, content: dict[str, Any], previous: str) -> None:
    """Give an event its content, and the hashes that follow from it."""
    event.payload = canonical(content)
    event.salts, event.payload_hash = leaves.committed(content)
    event.previous_hash = previous
    event.hash = link_digest(link_of(event))


_HEAD = Joined(  # in quotes, by which the writer's block knows who reads events
    'SELECT {columns} FROM "compliance_chainhead" head WHERE head.organisation_id = %s',
    head=(ChainHead, None),
    locks="head",
)


def _locked_head(organisation_id: UUID) -> ChainHead:
    if not connection.in_atomic_block:
        msg = "an event needs the transaction of its change"
        raise RuntimeError(msg)
    _write_waiting(organisation_id)
    with rows.adding():
        if not (found := _HEAD.read(organisation_id)):
            _refuse_gone(organisation_id)
            begun = ChainHead(pk=organisation_id, seq=0, hash=START)
            ChainHead.objects.bulk_create([begun], ignore_conflicts=True)
            found = _HEAD.read(organisation_id)
    head: ChainHead = found[0][0]
    return head


def _refuse_gone(organisation_id: UUID) -> None:
    """No chain begins without its organisation: a late event would revive a deleted one."""
    organisations = apps.get_model("compliance", "Organisation")._base_manager
    is_own = organisation_id in {LIBRARY, PEOPLE}
    if not is_own and not organisations.filter(pk=organisation_id).exists():
        msg = f"the organisation {organisation_id} is not there, so it has no trail"
        raise ChainHead.DoesNotExist(msg)


def begin_disposable(organisation_id: UUID) -> None:
    """Begin a chain that may be thrown away. ``IntegrityError`` if a chain has begun already."""
    ChainHead.objects.create(pk=organisation_id, seq=0, hash=START, is_disposable=True)


def end_disposable(organisation_id: UUID) -> None:
    """Delete a chain that may be thrown away, while its organisation is in ``Deletion``.

    Raises ``ChainHead.DoesNotExist`` for any other chain.
    """
    head = ChainHead.objects.select_for_update().get(pk=organisation_id, is_disposable=True)
    events = Event.objects.filter(organisation_id=organisation_id).order_by()
    events._raw_delete(events.db)
    head.delete()


def link_of(event: Event) -> Link:
    """The part of an event that the chain covers."""
    return Link(
        organisation_id=str(event.organisation_id),
        seq=event.seq,
        at=event.at,
        actor_id="" if event.actor_id is None else str(event.actor_id),
        action=event.action,
        subject_label=event.subject_label,
        subject_id=event.subject_id,
        scope_id="" if event.scope_id is None else str(event.scope_id),
        payload_hash=event.payload_hash,
        previous_hash=event.previous_hash,
    )


_COLUMNS = (
    "seq", "at", "actor_id", "action", "subject_label", "subject_id", "scope_id",
    "payload_hash", "previous_hash", "payload", "salts", "hash",
)  # fmt: skip


def stored(events: models.QuerySet[Event]) -> Iterator[Stored]:
    """Events as the chain sees them, a stretch at a time; their order is the caller's."""
    rows = events.values_list("organisation_id", *_COLUMNS)
    for organisation_id, *row in rows.iterator(chunk_size=_STRETCH):
        seq, at, actor, *about, payload, salts, own = row
        action, label, subject_id, scope_id, payload_hash, previous = about
        link = Link(
            organisation_id=str(organisation_id),
            seq=seq,
            at=at,
            actor_id="" if actor is None else str(actor),
            action=action,
            subject_label=label,
            subject_id=subject_id,
            scope_id="" if scope_id is None else str(scope_id),
            payload_hash=payload_hash,
            previous_hash=previous,
        )
        yield Stored(link, payload, salts, own)


@contextmanager
def still(organisation_id: UUID) -> Iterator[None]:
    """No event is added to a chain, and no change committed with one, until it ends."""
    with in_turn(), transaction.atomic():
        _locked_head(organisation_id)
        yield


def events_of(organisation_id: UUID) -> models.QuerySet[Event]:
    """The events of one chain with their people, newest first."""
    return Event.objects.filter(organisation_id=organisation_id).select_related("actor").order_by("-seq")


def sent(events: models.QuerySet[Event], fields: Mapping[str, Any]) -> Event | None:
    """The newest event, among ``MOST_SENT``, that says all this after the change.

    ``fields`` has the name of a ``sending``.
    """
    for event in events[:MOST_SENT]:
        _, after = changes(event)
        if all(after.get(name) == fields[name] for name in fields):
            return event
    return None


def sent_by(
    by: Any,
    organisation_id: UUID,
    action: str,
    fields: Mapping[str, Any],
    sending: str,
) -> Event | None:
    """The event that a person's sending of this name made already; None without a name.

    It is one of the newest ``FAR_BACK`` of the chain.
    """
    if not sending:
        return None
    since = newest(organisation_id) - FAR_BACK
    rows = events_of(organisation_id).filter(action=action, actor=by, seq__gt=since)
    return sent(rows, {**fields, "sending": sending})


def removed(
    rows: models.QuerySet[Any], pk: int, *, by: Any, organisation_id: UUID, action: str
) -> Event | None:
    """The event by which a person removed a row from ``rows``; None while it is there.

    A view recognises by it a removal that is sent twice. Others get nothing: to them the
    row is unknown.
    """
    if rows.filter(pk=pk).exists():
        return None
    label = str(rows.model._meta.model_name)
    events = events_of(organisation_id).filter(subject_label=label, subject_id=str(pk))
    return events.filter(action=action, actor=by).first()


def head_of(organisation_id: UUID) -> tuple[int, str]:
    """Number and hash of the newest event; (0, zeros) for an empty chain."""
    head = ChainHead.objects.filter(pk=organisation_id).first()
    return (head.seq, head.hash) if head else (0, START)


def changes(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values before and after an event, by field."""
    payload = content_of(event)
    return payload["before"], payload["after"]


def together(event: Event) -> tuple[int, int] | None:
    """First and last number of the events that were recorded with this one."""
    span = content_of(event).get("together")
    return (span[0], span[1]) if span else None


def token_of(event: Event) -> int | None:
    """The token of the program that did it; None where someone did it at a screen."""
    token: int | None = content_of(event).get("token")
    return token


def holding_rows(events: models.QuerySet[Event], also: Container[str] = ()) -> Iterator[RecordedEvent]:
    """Those of some events that changed rows, for the fold; their order is the caller's.

    Those of the types ``also``, too, where they changed none.
    """
    salts = models.Case(
        models.When(salts__contains="=", then="salts"),
        default=models.Value("", models.TextField()),
    )
    names = "seq", "subject_label", "subject_id", "action", "payload"
    columns = events.values_list(*names, salts)
    for seq, label, pk, action, payload, gone in columns.iterator(chunk_size=_STRETCH):
        if '"rows":' in payload or action in also:
            content = json.loads(payload)
            readable = leaves.readable(content, gone) if gone else content
            yield RecordedEvent(seq, (label, pk), readable, action)


class Written(Protocol):
    """An event of here, or one that came along."""

    action: str
    payload: str
    salts: str

    @property
    def is_erased(self) -> bool: ...


def content_of(event: Written) -> dict[str, Any]:
    """The payload of an event, with ``leaves.ERASED`` where a text was erased.

    Raises ``UnknownVersionError`` for one that a newer program wrote.
    """
    content: dict[str, Any] = json.loads(event.payload)
    event_types.refuse_unknown(event.action, content.get("version"))
    return leaves.readable(content, event.salts) if event.is_erased else content
