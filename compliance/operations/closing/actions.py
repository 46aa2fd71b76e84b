"""The life of an archive: requested, made or failed, downloaded."""

import hashlib
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.bundles.models import PackageStatus
from compliance.ground.web import file_store
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.closing.archive import write_archive
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.events import (
    ARCHIVE_ASKED,
    ARCHIVE_CANCELLED,
    ARCHIVE_DOWNLOADED,
    ARCHIVE_FAILED,
    ARCHIVE_MADE,
)
from compliance.operations.closing.models import Archive
from compliance.programs.exports.progress import Listener, ReportingFile
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports import job_ends
from compliance.reporting.reports.actions import CancelledError


def ask_archive(*, by: User, organisation: Organisation) -> tuple[Archive, bool]:
    """The archive that waits to be made, and whether it is new: one waits at a time."""
    with writing():
        lock(organisation)
        waits = organisation.archives.filter(status=PackageStatus.WAITING).first()
        if waits:
            return waits, False
        archive = Archive.objects.create(organisation=organisation, asked_by=by)
        _record(archive, ARCHIVE_ASKED, {})
    return archive, True


def make_archive(archive_id: UUID) -> None:
    """Make the file of an archive that has not ended yet; a second run is harmless.

    The outcome stands on the row: done with its file, failed with words, or cancelled. An
    unforeseen error is raised as well, for the log.
    """
    archive_store.sweep()
    archive = Archive.objects.select_related("organisation__own_policy", "asked_by").get(pk=archive_id)
    if archive.is_over:
        return
    with suppress(CancelledError):
        try:
            _make(archive)
        except CancelledError:
            raise
        except Exception as error:
            problem = job_ends.failed("archive", error)
            _end(archive, PackageStatus.FAILED, problem=problem)
            raise
        except BaseException:  # a worker that has to end at once
            _end(archive, PackageStatus.FAILED, problem=job_ends.stopped("archive"))
            raise


def give_up(archive_id: UUID) -> None:
    """Fail an archive whose makers were killed again and again."""
    archive_store.sweep()
    archive = Archive.objects.select_related("asked_by").get(pk=archive_id)
    if not archive.is_over:
        with suppress(CancelledError):
            _end(archive, PackageStatus.FAILED, problem=job_ends.killed("archive"))


def cancel_archive(*, by: User, archive: Archive) -> None:
    """Stop an archive; the worker that makes it leaves no file. Raises ``ValidationError``."""
    with writing():
        locked = Archive.objects.select_for_update(of=("self",)).get(pk=archive.pk)
        if locked.is_over:
            raise ValidationError(job_ends.over("archive"))
        locked.status, locked.step = PackageStatus.CANCELLED, ""
        locked.finished_at = timezone.now()
        locked.save(update_fields=["status", "step", "finished_at"])
        _record(locked, ARCHIVE_CANCELLED, {}, by)


def note_download(*, by: User, archive: Archive) -> None:
    """Record on the trail that someone downloaded the file."""
    with writing():
        _record(archive, ARCHIVE_DOWNLOADED, {"sha256": archive.sha256}, by)


def _make(archive: Archive) -> None:
    running = Archive.objects.filter(pk=archive.pk, status=PackageStatus.WAITING)
    listen = Listener(running)
    with archive_store.workplace() as desk:
        made = desk / "archive"
        with ReportingFile(made, listen) as file:
            write_archive(archive.organisation, file, desk, listen)
        listen("Working out its hash", 98)
        with ReportingFile(made, listen, "r") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size_bytes = made.stat().st_size
        archive_store.keep(made, sha256)
        _end(archive, PackageStatus.DONE, sha256=sha256, size_bytes=size_bytes)
        _drop_earlier(archive, sha256)


def _end(archive: Archive, status: PackageStatus, **values: Any) -> None:
    is_done = status == PackageStatus.DONE
    with writing():
        locked = Archive.objects.select_for_update(of=("self",)).get(pk=archive.pk)
        if locked.is_over:
            raise CancelledError
        locked.status, locked.step, locked.finished_at = status, "", timezone.now()
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save()
        _record(locked, ARCHIVE_MADE if is_done else ARCHIVE_FAILED, values)


def _drop_earlier(archive: Archive, sha256: str) -> None:
    """An organisation has one archive on the disk: a new one takes the place of the last."""
    earlier = archive.organisation.archives.exclude(sha256__in=["", sha256])
    others = set(earlier.values_list("sha256", flat=True))
    file_store.delete(map(archive_store.path_of, others))


def _record(archive: Archive, action: str, after: dict[str, Any], by: User | None = None) -> None:
    trail.record(
        by=by or archive.asked_by,
        organisation_id=archive.organisation_id,
        action=action,
        subject=archive,
        after=after,
    )
