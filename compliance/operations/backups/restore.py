"""Restoring a backup into an empty installation: files first, then every row at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.contenttypes.models import ContentType
from django.db import Error, connection, transaction
from django.utils import timezone

from compliance.ground.web import file_store
from compliance.ground.web.sqlite_lock import in_turn
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.backups import compatibility, guards, rows, tables, verify
from compliance.operations.backups.archive import Reader
from compliance.operations.backups.file_locations import put
from compliance.operations.backups.manifest import BackupError, Chain, Manifest
from compliance.operations.backups.places import Where
from compliance.operations.closing import deletion, grace
from compliance.proof.audit import checkpoints, receipts
from compliance.proof.audit.models import ChainHead, Deletion
from compliance.reporting.reports import storage as reports
from compliance.reporting.reports.actions import is_known


def restore(where: Where) -> tuple[Manifest, list[str]]:
    """Make this installation what a backup says; its manifest, and messages.

    Nothing is touched before all of it was checked. Raises ``BackupError`` for a
    damaged backup, one of another version, and where anybody is at home already;
    ``StorageError`` and ``OSError`` when the disk does not keep it, or a bucket is away. A restore that ends
    half-way leaves no row, and can be run again.
    """
    compatibility.refuse_unmigrated()
    with verify.opened(where) as backup:
        compatibility.refuse_unfit(backup.manifest)
        _refuse_other_columns(backup.manifest)
        compatibility.refuse_not_empty()
        # Files put on the shelf of reports go again unless their rows are committed.
        with reports.workplace(_stays) as desk:
            messages = _put_files(backup, desk)
            with _all_at_once():
                _put_rows(backup)
                messages += _mark_deleted()
        # Not in that transaction: after a kill here, the worker goes on with the deletion.
        messages += _go_on()
        return backup.manifest, messages


def _stays(name: str) -> bool:
    """Whether a file of a report is kept when a restore fails.

    A bucket may have outlived the installation, so nothing in it is withdrawn.
    """
    return file_store.is_remote() or is_known(name)


def _mark_deleted() -> list[str]:
    """Delete organisations again that were deleted after the backup was made."""
    messages = []
    for organisation in Organisation.objects.order_by("name"):
        if receipt := receipts.find(organisation.pk):
            deletion.begin_again(organisation)
            messages.append(
                f"{organisation} was deleted on {timezone.localdate(receipt.ended_at)}, after this"
                " backup was made, and has been deleted again."
            )
    return messages


def _go_on() -> list[str]:
    """Delete what is to go; of what was closed the days of grace begin again.

    An owner may have kept it after the backup was made.
    """
    messages = []
    for organisation_id in Deletion.objects.values_list("pk", flat=True):
        try:
            deletion.delete(organisation_id)
        except deletion.RefusedError as error:
            messages.append(str(error))
    closed = Organisation.objects.exclude(closes_at=None).order_by("name")
    for organisation in filter(None, map(grace.postpone, closed)):
        day = timezone.localdate(organisation.closes_at)
        messages += [
            f"{organisation} was closed when this backup was made. Its owners get a mail:"
            f" it is deleted on {day}, unless one keeps it."
        ]
    return messages


def _refuse_other_columns(said: Manifest) -> None:
    ours = {model._meta.db_table: rows.columns_of(model) for model in tables.kept()}
    theirs = {name: table.columns for name, table in said.tables.items()}
    if ours != theirs:
        unlike = [name for name in ours | theirs if ours.get(name) != theirs.get(name)]
        msg = f"The table {unlike[0]} of this backup is not the one of this program."
        raise BackupError(msg)


def _put_files(backup: Reader, desk: Path) -> list[str]:
    now = timezone.now()
    names = [name for name in backup.manifest.members if not name.startswith("rows/")]
    messages = [put(name, backup.chunks(name), desk, now) for name in names]
    return [words for words in messages if words]


@contextmanager
def _all_at_once() -> Iterator[None]:
    """One transaction, in which nobody else comes in and nothing is guarded."""
    try:
        # Rows and their trail come together: no event is to be added.
        with in_turn(), transaction.atomic():
            _lock()
            compatibility.refuse_not_empty()
            with guards.aside():
                yield
    except Error as error:
        why = str(error).partition("\n")[0]  # what follows may quote a row
        msg = f"The database does not take the rows of this backup: {why}"
        raise BackupError(msg) from error
    ContentType.objects.clear_cache()


def _lock() -> None:
    """Nobody else writes any table until the end; SQLite lets one write anyway."""
    if connection.vendor != "sqlite":
        quote = connection.ops.quote_name
        names = ", ".join(quote(model._meta.db_table) for model in tables.every())
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def _put_rows(backup: Reader) -> None:
    said, quote = backup.manifest, connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in tables.every():  # the library of seeds, say
            cursor.execute(f"DELETE FROM {quote(model._meta.db_table)}")  # noqa: S608
    for model in tables.kept():
        table = model._meta.db_table
        rows.insert(model, verify.rows(backup, table))
        tables.go_on_after(model, said.tables[table].last_id)
    heads = {str(head.pk): Chain(seq=head.seq, hash=head.hash) for head in ChainHead.objects.all()}
    if heads != said.chains:
        msg = "The trail does not end where the manifest says."
        raise BackupError(msg)
    _count_checkpoints()
    _end_links()


def _count_checkpoints() -> None:
    """Those that are here: the copies in a backup are older than its rows."""
    for head in ChainHead.objects.all():
        notes, _ = checkpoints.kept(head.pk)
        sizes = (int(note.text.split("\n")[1]) for note in notes)
        head.signed = max(sizes, default=None)
        head.save(update_fields=["signed"])


def _end_links() -> None:
    """Links that reset a password rest on these two: those of before open nothing."""
    without = User.objects.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    for user in without:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    User.objects.exclude(pk__in=without).update(last_login=timezone.now())
