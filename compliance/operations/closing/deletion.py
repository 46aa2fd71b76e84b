"""Deleting an organisation for good: its rows, its files, its trail, and a receipt of that.

Each step is a series of whole transactions, and a second run only does what is left: after a
kill the next worker goes on. The rows that let someone in go first, the trail goes last. The
database deletes a frozen row only if its organisation is in ``Deletion``, and takes a row of
``Deletion`` only after the days of grace (``audit/guards.py``).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.bundles.models import PackageStatus
from compliance.assurance.reviews.models import SignOff
from compliance.content.checklists.models import Checklist, Edition
from compliance.ground.web.mail import absolute, drop_mails, queue_mail
from compliance.ground.web.sqlite_lock import in_turn
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Invitation, Membership, Organisation, User
from compliance.operations.closing import asked
from compliance.operations.closing.belongings import (
    drop_tasks,
    evidence_of,
    files_of,
    purge,
    remove,
    under_way,
)
from compliance.operations.closing.integrity import first_fault
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.operations.erasure.actions import erase_person, places_of
from compliance.proof.audit import checkpoints, receipts, trail
from compliance.proof.audit.columns import hidden_in
from compliance.proof.audit.events import TRAIL_ENDED
from compliance.proof.audit.models import ChainHead, Deletion, Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Namesake
from compliance.work.snapshots.models import Snapshot

PIECE = 2000
"""Rows that go in one transaction, so that others save in between."""
_TOGETHER = (Edition, Checklist)
"""They refer to each other, so that neither can go before the other; the way from an edition to
its organisation is its checklist."""


class RefusedError(Exception):
    """Nothing proves that this organisation may be deleted, or not all is as its trail says."""


def due() -> list[UUID]:
    """Organisations whose days of grace are over, and those that are half deleted."""
    over = Organisation.objects.filter(closes_at__lte=timezone.now())
    begun = Deletion.objects.values_list("pk", flat=True)
    return sorted({*over.values_list("pk", flat=True), *begun})


def delete(organisation_id: UUID) -> None:
    """Delete an organisation whose days of grace are over; a second run goes on with the first.

    Nothing happens to one that an owner has kept. Raises ``RefusedError`` where the trail does
    not prove that an owner asked for it, or has a fault; ``IntegrityError`` and
    ``CheckpointError`` if someone wrote to it meanwhile: then the next run goes on.
    """
    if not _begin(organisation_id):
        return
    if receipts.find(organisation_id) is None:
        checkpoints.checkpoint(organisation_id)
    drop_tasks(organisation_id)
    _cancel_jobs(organisation_id)
    order = _order()
    for model in order:
        if model in _ways_in():
            _delete_rows(model, organisation_id)
    drop_mails(organisation_id)  # nobody is left who causes another
    _delete_files(organisation_id)
    for model in order:
        _delete_rows(model, organisation_id)
    _end(organisation_id)
    _erase_accounts(organisation_id)
    _hand_over(organisation_id)


def begin_again(organisation: Organisation) -> None:
    """Have an organisation deleted that came back with an older backup.

    A restore calls this while triggers are off: the days of grace were over long ago.
    """
    Deletion.objects.get_or_create(
        pk=organisation.pk,
        defaults={
            "began_at": timezone.now(),
            "name": organisation.name,
            "people": {"accounts": _accounts(organisation), "owners": []},
        },
    )


def _begin(organisation_id: UUID) -> bool:
    """Whether to delete; from the row that this writes on, nobody can stop the deletion."""
    begun = Deletion.objects.filter(pk=organisation_id)
    if begun.exists():
        _refuse_unasked(organisation_id)
        return True
    over = Organisation.objects.filter(pk=organisation_id, closes_at__lte=timezone.now())
    if not over.exists():
        return False
    _refuse_unasked(organisation_id)
    if fault := first_fault(organisation_id):
        _refuse(organisation_id, f"{fault.what} ({fault.kind})")
    with writing():
        organisation = Organisation.objects.filter(pk=organisation_id).first()
        if organisation is None:
            return False
        lock(organisation)
        organisation.refresh_from_db()
        closes_at, now = organisation.closes_at, timezone.now()
        if closes_at is None or closes_at > now:
            return False
        if begun.exists():
            return True
        trail.record(
            by=None,
            organisation_id=organisation_id,
            action=TRAIL_ENDED,
            subject=organisation,
        )
        owners = organisation.memberships.active_owners().order_by("pk")
        accounts = list(owners.values_list("user", flat=True))
        Deletion.objects.create(
            pk=organisation_id,
            began_at=now,
            name=organisation.name,
            people={"accounts": _accounts(organisation), "owners": accounts},
        )
    return True


def _refuse_unasked(organisation_id: UUID) -> None:
    """A receipt that is there says that it was deleted before; else the trail has to."""
    why = asked.why_not(organisation_id)
    # In this order: the receipt is there before the trail is gone.
    if why and receipts.find(organisation_id) is None:
        _refuse(organisation_id, why)


def _refuse(organisation_id: UUID, why: str) -> NoReturn:
    msg = f"The organisation {organisation_id} is not deleted: {why}."
    raise RefusedError(msg)


def _accounts(organisation: Organisation) -> list[int]:
    """Accounts of members, and those that stand for people whom bundles name."""
    members = organisation.memberships.values_list("user_id", flat=True)
    names = Namesake.objects.filter(origin__organisation=organisation)
    return sorted({*members, *names.values_list("account_id", flat=True)})


@contextmanager
def _piece(organisation_id: UUID) -> Iterator[list[int]]:
    """A transaction that deletes rows without an event each, since their chain goes too.

    It adds the numbers that the block appends to the count of rows. Deletion and count are
    one transaction, so each row counts once, however often the worker is killed.
    """
    gone = list[int]()
    with in_turn(), transaction.atomic():
        yield gone
        counted = Deletion.objects.filter(pk=organisation_id)
        counted.update(rows=F("rows") + sum(gone))


def _taken(rows: "models.QuerySet[Any]") -> int:
    """Delete rows by one statement, and nothing that refers to them; return how many."""
    return rows.order_by()._raw_delete(rows.db) or 0  # None where nothing was asked


@cache
def _order() -> tuple[type[models.Model], ...]:
    """The tables, each after all those that refer to it."""
    graph: dict[type[models.Model], set[type[models.Model]]] = {}
    for model in owned():
        graph.setdefault(model, set())
        for field in model._meta.concrete_fields:
            to = field.related_model
            if to in owned() and to is not model and (model, to) != _TOGETHER[::-1]:
                graph.setdefault(to, set()).add(model)
    order = tuple(TopologicalSorter(graph).static_order())
    return tuple(model for model in order if model is not Organisation)


@cache
def _ways_in() -> frozenset[type[models.Model]]:
    """The tables that let someone in or send something out, and those that refer to them.

    They are the memberships, and the tables with secrets: of these, events hold hashes only.
    """
    found = set[type[models.Model]]({Membership})
    found |= {one for one in owned() if hidden_in(one)}
    for model in reversed(_order()):
        fields = model._meta.concrete_fields
        if any(field.related_model in found for field in fields):
            found.add(model)
    return frozenset(found)


def _cancel_jobs(organisation_id: UUID) -> None:
    """Cancel jobs that are under way: whoever is at one hears of it, and leaves no file."""
    for jobs in under_way(organisation_id):
        with _piece(organisation_id):
            over = {"status": PackageStatus.CANCELLED, "finished_at": timezone.now()}
            jobs.update(step="", **over)


def _delete_rows(model: type[models.Model], organisation_id: UUID) -> None:
    """Delete all rows of a table, in pieces, beginning with those that no other row refers to."""
    if model is Edition:
        return
    if model is Checklist:
        with _piece(organisation_id) as gone:
            gone += [_taken(rows_of(one, organisation_id)) for one in _TOGETHER]
        return
    rows = rows_of(model, organisation_id)
    for field in model._meta.concrete_fields:
        if field.related_model is model:
            later = model._base_manager.filter(**{field.name: OuterRef("pk")})
            rows = rows.exclude(Exists(later))
    while keys := list(rows.values_list("pk", flat=True)[:PIECE]):
        with _piece(organisation_id) as gone:
            some = model._base_manager.filter(pk__in=keys)
            snapshots = _snapshots(some) if model is SignOff else []
            gone.append(_taken(some))
            gone.append(_unsigned(snapshots))
    with _piece(organisation_id) as gone:  # rows that refer to each other in a ring
        gone.append(_taken(rows_of(model, organisation_id)))


def _snapshots(signoffs: "models.QuerySet[Any]") -> list[str]:
    return list(signoffs.values_list("snapshot_id", flat=True))


def _unsigned(snapshots: Sequence[str]) -> int:
    """Delete signed snapshots, unless another organisation has imported and signed them too."""
    signed = SignOff.objects.filter(snapshot=OuterRef("pk"))
    return _taken(Snapshot.objects.filter(~Exists(signed), pk__in=snapshots))


def _delete_files(organisation_id: UUID) -> None:
    """Delete its files from the disk, and count them before the first one goes."""
    if not Organisation.objects.filter(pk=organisation_id).exists():
        return
    files = files_of(organisation_id)
    count = len(files) + len(evidence_of(organisation_id))
    uncounted = Deletion.objects.filter(pk=organisation_id, files=None)
    uncounted.update(files=count)
    remove(organisation_id, files)
    # Once: a second run may lack the rows that name some of them.
    unknown = Deletion.objects.filter(pk=organisation_id, stays="")
    if unknown.exists():
        unknown.update(stays=purge(organisation_id))
    checkpoints.path_of(organisation_id).with_suffix(".verified").unlink(missing_ok=True)


def _end(organisation_id: UUID) -> None:
    """Delete the trail and the organisation, and write the receipt in the same transaction.

    The receipt is on the disk before the transaction ends, so that a missing trail always
    has one. A receipt that is there already stays: an older backup brought the organisation
    back.
    """
    with in_turn(), transaction.atomic():
        rows = Deletion.objects.select_for_update().filter(pk=organisation_id)
        deletion = rows.first()
        if deletion is None or deletion.receipt:
            return
        User.objects.filter(worked_in=organisation_id).update(worked_in=None)
        head = ChainHead.objects.select_for_update().get(pk=organisation_id)
        receipt = receipts.find(organisation_id) or _signed(organisation_id, head)
        gone = _taken(Event.objects.filter(organisation_id=organisation_id))
        gone += _taken(ChainHead.objects.filter(pk=organisation_id))
        gone += _taken(Organisation.objects.filter(pk=organisation_id))
        name = receipts.name_of(organisation_id)
        made = receipts.Receipt(
            organisation=name,
            asked_at=receipt.asked_at,
            account=receipt.account,
            began_at=deletion.began_at,
            ended_at=timezone.now(),
            size=head.seq,
            head=head.hash,
            rows=deletion.rows + gone,
            files=deletion.files or 0,
            stays=deletion.stays,
        )
        if not (note := _again(organisation_id, made)):
            note = receipts.signed(made)
            receipts.store(name, note)
        deletion.receipt = note
        deletion.save(update_fields=["receipt"])


def _signed(organisation_id: UUID, head: ChainHead) -> asked.Closing:
    """The request for the end of a chain whose last event is in a signed checkpoint."""
    closing, last = asked.standing(organisation_id), checkpoints.latest(organisation_id)
    if closing is None or last is None or (last.size, last.head) != (head.seq, head.hash):
        msg = f"the trail of {organisation_id} goes on behind its last checkpoint"
        raise checkpoints.CheckpointError(msg)
    return closing


def _again(organisation_id: UUID, made: receipts.Receipt) -> str:
    """The receipt of an earlier deletion, unless it leaves out what went now; else "".

    Its chain was longer where an older backup brought the organisation back; what a store then
    keeps under a new lock is added. It is the same where the commit of this deletion failed:
    what went since then counts, too.
    """
    found = receipts.find(organisation_id)
    if found is None or found.size < made.size:
        return ""
    is_same = (found.rows, found.files) == (made.rows, made.files)
    if found.size == made.size and not is_same:
        return ""
    name = receipts.name_of(organisation_id)
    if made.has_rest and not found.has_rest:
        note = receipts.signed(replace(found, stays=made.stays))
        receipts.store(name, note)
    return receipts.signed_note(name)


def _erase_accounts(organisation_id: UUID) -> None:
    """Erase the accounts of people who were in this organisation alone, but for owners."""
    if deletion := Deletion.objects.filter(pk=organisation_id).first():
        others = User.objects.filter(pk__in=deletion.people["accounts"])
        _erase_alone(others.exclude(pk__in=deletion.people["owners"]))


def _erase_alone(people: "models.QuerySet[User]") -> None:
    for person in people.order_by("pk"):
        if _is_alone(person):
            with suppress(ValidationError):  # erased before
                erase_person(by=None, person=person)


def _is_alone(person: User) -> bool:
    """Whether nothing else here is theirs: no organisation, invitation or installation.

    Their sample is invented, and goes with them.
    """
    sample = Organisation.objects.filter(sample_of=person)
    return not (
        person.serves_all
        or person.memberships.exclude(organisation__in=sample).exists()
        or Invitation.objects.filter(email=person.email).exists()
        or places_of(person) - set(sample.values_list("pk", flat=True))
    )


def _hand_over(organisation_id: UUID) -> None:
    """Mail the receipt to the owners, and delete the row of ``Deletion``, the last one.

    Owners who were in no other organisation are erased in the same transaction: until then
    they have their addresses, and that of one who was erased meanwhile reaches nobody.
    """
    with writing():
        rows = Deletion.objects.select_for_update().filter(pk=organisation_id)
        deletion = rows.first()
        if deletion is None:
            return
        name = receipts.name_of(organisation_id)
        receipt = receipts.read(deletion.receipt)
        owners = User.objects.filter(pk__in=deletion.people["owners"])
        emails = list(owners.order_by("pk").values_list("email", flat=True))
        _erase_alone(owners.filter(pk__in=deletion.people["accounts"]))
        for email in emails:
            queue_mail(
                organisation_id=None,
                to=email,
                subject=f"{deletion.name} was deleted from Attest",
                template="closed",
                context={
                    "name": deletion.name,
                    "receipt": deletion.receipt,
                    "stays": receipt.stays_in_words() if receipt else "",
                    "link": absolute(reverse("receipt", args=[name])),
                },
            )
        rows.delete()
