"""Backups end after a time that the operator promises, such as thirty days."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from compliance.ground.web.bucket import DeniedError, Stuck
from compliance.operations.backups import places, verify
from compliance.operations.backups.manifest import BackupError
from compliance.operations.backups.places import InBucket, Where


def remove_older(folder: Where, days: int) -> tuple[list[str], Stuck | None]:
    """Remove the backups of a folder made more than so many days ago; their names, the
    oldest first, and the versions that a bucket does not let go.

    The newest one stays, however old it is, and must be whole: otherwise nothing is removed.
    Versions of backups that are deleted go as well: they were locked, or whoever removed
    those backups was killed. Raises ``BackupError``, and ``OSError`` where the place does not
    answer.
    """
    names = list(places.listed(folder))
    before = places.name_at(timezone.now() - timedelta(days=days))
    old = [name for name in names[:-1] if name < before]
    hidden = [name for name in places.hidden(folder) if name < before]
    if not (names and (old or hidden)):
        return [], None
    with verify.opened(_in(folder, names[-1])):
        pass
    if isinstance(folder, InBucket):
        return old, _remove_there(folder, old, hidden)
    for name in old:
        (folder / name).unlink(missing_ok=True)
    return old, None


def _remove_there(folder: InBucket, names: list[str], hidden: list[str]) -> Stuck | None:
    """Objects with all of their versions; None where the store reports none that stays."""
    folder.bucket.delete(names)
    try:
        stuck = folder.bucket.purge([*names, *hidden])
    except DeniedError as error:
        msg = (
            "The backups are removed, but the store does not list versions to Attest. Give"
            " old versions an end by a rule of the bucket."
        )
        raise BackupError(msg) from error
    return stuck if stuck.count else None


def _in(folder: Where, name: str) -> Where:
    if isinstance(folder, InBucket):
        return replace(folder, name=name)
    return folder / name
