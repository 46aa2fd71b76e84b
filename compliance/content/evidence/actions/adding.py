"""Adding a file or a link, also as a new version of another."""

import hashlib
from datetime import date
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from compliance.content.evidence import filetypes, image_size, scanning, storage
from compliance.content.evidence.actions import quotas
from compliance.content.evidence.actions.recording import (
    plain,
    refuse_full_disk,
    refuse_wrong_words,
)
from compliance.content.evidence.events import EVIDENCE_ADDED, EVIDENCE_REFUSED
from compliance.content.evidence.fields import DATES
from compliance.content.evidence.models import Evidence, Upload
from compliance.content.evidence.safe_names import clean_name, link_fault, with_ending
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing


class FinishedError(Exception):
    """An upload became evidence already, or was dropped; nothing was changed."""


class VirusError(ValidationError):
    """The virus scanner found something; the trail says so."""


def add(
    *,
    by: User,
    organisation: Organisation,
    upload: UploadedFile | None = None,
    url: str = "",
    title: str = "",
    replaces: Evidence | None = None,
    sending: str = "",
    **dates: date | None,
) -> Evidence:
    """A file or a link, whichever is given; see ``add_file`` and ``add_link``."""
    if bool(upload) == bool(url):
        msg = "Choose a file or give a link, not both."
        raise ValidationError(msg, code="one")
    words: dict[str, Any] = {"title": title, "replaces": replaces, "sending": sending}
    words |= dates
    if upload:
        return add_file(by=by, organisation=organisation, upload=upload, **words)
    return add_link(by=by, organisation=organisation, url=url, **words)


def add_file(
    *,
    by: User,
    organisation: Organisation,
    upload: UploadedFile,
    title: str = "",
    replaces: Evidence | None = None,
    of: Upload | None = None,
    pk: UUID | None = None,
    sending: str = "",
    **dates: date | None,
) -> Evidence:
    """Keep a file and its row; without a title it is called by its name.

    With ``of`` it came in pieces: that row names it from then on, and ``FinishedError`` is
    raised where it names another one already, or is gone. ``pk`` is its id, where the
    caller has one.

    The bytes are written and flushed before the row, outside the transaction: what
    fails in between leaves a file that ``sweep`` takes away, never a row without its
    file. With ``replaces`` it is the new version beside an old one, which stays. The same
    ``sending`` adds it once.
    Raises ``ValidationError`` with words by field; ``StorageError`` for the disk.
    """
    refuse_size(upload.size or 0)
    name, kind = _recognised(upload)
    evidence = Evidence(
        pk=pk or uuid4(),
        organisation=organisation,
        title=title or name,
        file_name=name,
        media_type=kind.media_type,
        added_by=by,
        replaces=_own(replaces, organisation),
        **_checked(dates),
    )
    # Wrong words are refused before anything is written.
    refuse_wrong_words(evidence)
    evidence.sha256, evidence.size_bytes = _hash(upload), upload.size
    _refuse_over(evidence, of)
    _scan(evidence, upload)
    with storage.unswept(organisation.pk):
        kept = storage.keep(organisation.pk, upload.chunks())
        evidence.sha256, evidence.size_bytes = kept.sha256, kept.size_bytes
        return _write(evidence, kept, of, sending)


def add_link(
    *,
    by: User,
    organisation: Organisation,
    url: str,
    title: str,
    replaces: Evidence | None = None,
    sending: str = "",
    **dates: date | None,
) -> Evidence:
    """Keep a link, the same ``sending`` once. It is shown as it is and never fetched."""
    if fault := link_fault(url):
        raise ValidationError({"url": fault}, code="link")
    evidence = Evidence(
        organisation=organisation,
        title=title,
        url=url,
        added_by=by,
        replaces=_own(replaces, organisation),
        **_checked(dates),
    )
    refuse_wrong_words(evidence)
    return _write(evidence, sending=sending)


def _write(
    evidence: Evidence,
    kept: storage.Kept | None = None,
    of: Upload | None = None,
    sending: str = "",
) -> Evidence:
    """The row and its event, both or neither."""
    by, organisation = evidence.added_by, evidence.organisation
    fields = plain(_known(evidence))
    with refuse_full_disk(), writing():
        if kept or sending:
            quotas.hold(by, organisation)
        if made := trail.sent_by(by, organisation.pk, EVIDENCE_ADDED, fields, sending):
            return Evidence.objects.get(pk=made.subject_id)
        if kept:
            _refuse_over(evidence, of)
            storage.refuse_swept(organisation.pk, kept)
        if evidence.replaces_id:
            _refuse_second(evidence.replaces_id)
        evidence.save(force_insert=True)
        if of:
            going = Upload.objects.filter(pk=of.pk, evidence=None)
            if not going.update(evidence=evidence, pieces=[]):
                raise FinishedError
        trail.record(
            by=by,
            organisation_id=evidence.organisation_id,
            action=EVIDENCE_ADDED,
            subject=evidence,
            after=fields | naming(sending),
        )
    return evidence


def _recognised(upload: UploadedFile) -> tuple[str, filetypes.FileType]:
    """The clean name with its ending, and the type that the bytes show."""
    name = clean_name(upload.name or "")
    file = cast(BinaryIO, upload.file)
    try:
        with storage.refuse_no_space():
            kind = filetypes.recognise(name, file)
            image_size.refuse_huge(kind, file, settings.PICTURE_PIXELS)
    except filetypes.RefusedError as error:
        raise ValidationError({"upload": str(error)}, code="kind") from error
    return with_ending(name, kind.endings), kind


def _hash(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _refuse_over(evidence: Evidence, of: Upload | None) -> None:
    quotas.refuse_over(
        by=evidence.added_by,
        organisation=evidence.organisation,
        sha256=evidence.sha256,
        size_bytes=evidence.size_bytes or 0,
        of=of,
    )


def _scan(evidence: Evidence, upload: UploadedFile) -> None:
    """Ask the virus scanner, where there is one. Its findings are recorded in the trail."""
    if not settings.SCAN_SOCKET:
        return
    try:
        found = scanning.found_in(upload.chunks(), settings.SCAN_SOCKET, settings.SCAN_SECONDS)
    except scanning.ScannerError as error:
        away = ValidationError(str(error), code=scanning.AWAY)
        raise ValidationError({"upload": away}) from error
    if not found:
        return
    with writing():
        trail.record(
            by=evidence.added_by,
            organisation_id=evidence.organisation_id,
            action=EVIDENCE_REFUSED,
            subject=evidence.organisation,
            after={
                "file_name": evidence.file_name,
                "sha256": evidence.sha256,
                "found": found,
            },
        )
    msg = f"The virus scanner found {found} in it. Nothing was kept."
    raise VirusError({"upload": msg})


def refuse_size(size: int) -> None:
    """Raise ``ValidationError`` for a file with more bytes than fit."""
    if size > settings.UPLOAD_BYTES:
        limit = settings.UPLOAD_BYTES / 1_000_000
        msg = f"The file has {size / 1_000_000:.1f} MB; {limit:.1f} MB fit. Split it, or add a link."
        raise ValidationError({"upload": msg}, code="size")


def _own(replaces: Evidence | None, organisation: Organisation) -> Evidence | None:
    if replaces and replaces.organisation_id != organisation.pk:
        msg = "This evidence belongs to another organisation."
        raise ValidationError(msg, code="foreign")
    return replaces


def _refuse_second(old_id: Any) -> None:
    """An old version has one new one; who comes second is shown the first."""
    rows = Evidence.objects.select_for_update(of=("self",))
    old = rows.get(pk=old_id)
    newer = Evidence.objects.filter(replaces=old).select_related("added_by").first()
    if newer:
        msg = (
            f"{newer.added_by} has added a newer version of it already:"
            f" “{newer.title}”. Add yours as a new version of that one."
        )
        raise ValidationError(msg, code="replaced")


def _checked(dates: dict[str, date | None]) -> dict[str, date | None]:
    if unknown := dates.keys() - set(DATES):
        msg = f"these dates do not exist: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    return dates


def _known(evidence: Evidence) -> dict[str, Any]:
    """The values of the row, without empty ones."""
    names = (
        *("file_name", "media_type", "size_bytes", "sha256", "url"),
        *("title", *DATES),
    )
    values = {name: getattr(evidence, name) for name in names}
    if evidence.replaces_id:
        values["replaces"] = str(evidence.replaces_id)
    return {name: value for name, value in values.items() if value not in ("", None)}
