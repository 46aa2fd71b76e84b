"""Files that come in pieces: begun, sent on after an interruption, finished as evidence."""

import hashlib
import time
from collections.abc import Iterable
from contextlib import suppress
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError
from django.utils import timezone

from compliance.content.evidence import storage
from compliance.content.evidence.actions import quotas
from compliance.content.evidence.actions.adding import (
    FinishedError,
    VirusError,
    add_file,
    refuse_size,
)
from compliance.content.evidence.models import KEPT, Evidence, Upload
from compliance.content.evidence.safe_names import clean_name
from compliance.ground.web.storage_errors import is_full, is_read_only
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.transaction import writing

MOST_OPEN = 20
"""Uploads of one person that go on at the same time."""
MOST_PIECES = 1_000
"""Of one upload: each is a file, so many small ones would cost more than their bytes."""


class OffsetError(Exception):
    """Bytes for another place than where an upload stands: it is at ``offset``."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The upload is at {offset}.")
        self.offset = offset


def begin_upload(*, by: User, organisation: Organisation, length: int) -> Upload:
    """An upload of so many bytes. It waits a day for the next of them.

    Raises ``ValidationError`` for a file that is too large, too many uploads at once, and
    an organisation without room.
    """
    refuse_size(length)
    now = timezone.now()
    with writing():
        quotas.hold(by, organisation)
        old = Upload.objects.over(now).filter(organisation=organisation)
        gone = list(old.values_list("pk", flat=True))
        old.delete()
        going = Upload.objects.standing(now).filter(organisation=organisation, by=by)
        if going.count() >= MOST_OPEN:
            msg = f"{MOST_OPEN} uploads are unfinished. Finish or remove some first."
            raise ValidationError(msg, code=quotas.HURRY)
        quotas.refuse_full(organisation, length)
        upload = Upload.objects.create(organisation=organisation, by=by, length=length, touched_at=now)
    for pk in gone:
        _forget(organisation.pk, pk)
    return upload


def find_upload(*, by: User, organisation: Organisation, upload_id: UUID) -> Upload:
    """The person's own upload. Raises ``Upload.DoesNotExist``, also for one that is over."""
    found = Upload.objects.select_related("organisation", "by", "evidence__added_by")
    upload = found.get(pk=upload_id, organisation=organisation, by=by)
    if upload.touched_at <= timezone.now() - KEPT:
        raise Upload.DoesNotExist
    return upload


def append(*, upload: Upload, offset: int, chunks: Iterable[bytes]) -> Upload:
    """Add bytes that follow on the first ``offset`` ones; as many as came, if they break off.

    They are on the disk or in the store before they are counted, so a kill in between
    leaves bytes that do not count and never the reverse. Of two calls for the same place
    one is counted, whole. Raises ``OffsetError`` for the other, ``ValidationError`` for too
    many pieces or no room, ``StorageError`` for the disk, ``ObjectDoesNotExist`` for an
    upload or an organisation that is gone.
    """
    _refuse_elsewhere(upload, offset)
    organisation = upload.organisation
    try:
        name, size = storage.keep_piece(organisation.pk, upload.pk, chunks)
    except FileNotFoundError as error:
        raise Upload.DoesNotExist from error
    try:
        with writing():
            quotas.hold(upload.by, organisation)
            row = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
            _refuse_elsewhere(row, offset)
            if size:
                _refuse_many(row)
                quotas.refuse_full(organisation, size)
                row.pieces.append(name)
                row.offset += size
                row.touched_at = timezone.now()
                row.save(update_fields=["pieces", "offset", "touched_at"])
    except (ValidationError, OffsetError, ObjectDoesNotExist):
        _forget(organisation.pk, upload.pk, name)  # nothing was counted
        raise
    except DatabaseError as error:
        # Of any other fault nobody knows whether the row counts the piece.
        if is_full(error) or is_read_only(error):
            _forget(organisation.pk, upload.pk, name)
        raise
    if not size:
        _forget(organisation.pk, upload.pk, name)
    return row


def finish_upload(*, upload: Upload, file_name: str, sha256: str = "", **words: Any) -> Evidence:
    """Make evidence of an upload that is whole, by ``add_file``; twice is once.

    ``sha256`` is the hash that its program expects. A refused one can be finished later
    with other words; a file with a virus is dropped. Raises as ``add_file`` does, and
    ``OffsetError`` for one that is not whole.
    """
    if upload.evidence:
        return upload.evidence
    if upload.offset < upload.length:
        raise OffsetError(upload.offset)
    try:
        return _finish(upload, file_name, sha256, words)
    except VirusError:
        drop_upload(upload=upload)
        raise
    except (FinishedError, ValidationError):
        # Another call may have finished it meanwhile: its pieces are gone then, its evidence
        # has replaced what this would replace, and was the last that an hour allows.
        now = find_upload(by=upload.by, organisation=upload.organisation, upload_id=upload.pk)
        if now.evidence is None:
            raise
        return now.evidence


def _finish(upload: Upload, file_name: str, sha256: str, words: dict[str, Any]) -> Evidence:
    organisation = upload.organisation
    with storage.refuse_no_space(), TemporaryFile(dir=settings.DATA_DIR) as file:
        digest = hashlib.sha256()
        for chunk in storage.joined(organisation.pk, upload.pk, upload.pieces):
            digest.update(chunk)
            file.write(chunk)
        if file.tell() != upload.length:
            raise storage.lost()
        if sha256 and sha256 != digest.hexdigest():
            msg = f"The bytes that came have the SHA-256 {digest.hexdigest()}."
            raise ValidationError({"sha256": msg})
        sent = UploadedFile(file, name=clean_name(file_name), size=upload.length)
        made = add_file(by=upload.by, organisation=organisation, upload=sent, of=upload, **words)
    _forget(organisation.pk, upload.pk)
    return made


def drop_upload(*, upload: Upload) -> None:
    """Drop an upload with its bytes; evidence that was made of it stays."""
    with writing():
        Upload.objects.filter(pk=upload.pk).delete()
    _forget(upload.organisation_id, upload.pk)


def sweep_uploads() -> int:
    """Drop uploads that are over, and pieces that no row names; how many files that were."""
    gone, before = 0, time.time() - KEPT.total_seconds()
    with writing():
        Upload.objects.over(timezone.now()).delete()
    for organisation_id in storage.organisations_with_files():
        found = storage.old_pieces(organisation_id, before)
        rows = Upload.objects.filter(pk__in=found).values_list("pk", "pieces")
        named = dict(rows)
        for upload_id, names in found.items():
            lost = set(names) - set(named.get(upload_id, ()))
            gone += len(lost)
            if upload_id not in named:  # its folder goes, too
                storage.drop_upload(organisation_id, upload_id)
                continue
            for name in lost:
                storage.drop_piece(organisation_id, upload_id, name)
    return gone


def _forget(organisation_id: UUID, upload_id: UUID, *names: str) -> None:
    """Remove pieces, or all of an upload, after the row was settled.

    A fault of the disk or the store undoes nothing: the sweep takes what stays.
    """
    with suppress(OSError):
        if not names:
            storage.drop_upload(organisation_id, upload_id)
        for name in names:
            storage.drop_piece(organisation_id, upload_id, name)


def _refuse_elsewhere(upload: Upload, offset: int) -> None:
    if upload.offset != offset:
        raise OffsetError(upload.offset)


def _refuse_many(upload: Upload) -> None:
    if len(upload.pieces) >= MOST_PIECES:
        msg = f"A file comes in {MOST_PIECES:,} pieces at most. Send larger ones."
        raise ValidationError(msg)
