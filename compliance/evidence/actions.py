"""What people do to evidence: add a file or a link, describe it, look at it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, transaction

from compliance.audit import trail
from compliance.evidence import filetypes, storage
from compliance.evidence.models import Evidence
from compliance.evidence.naming import clean_name, link_fault, with_ending
from compliance.organisations.models import Organisation, User
from compliance.web.turns import in_turn

DATES = ("document_on", "covers_from", "covers_to", "expires_on")
DESCRIBED = ("title", *DATES)
"""What may be changed later. The file and the link may not: they are added anew."""
DAY_SECONDS = 24 * 60 * 60


def add(
    *,
    by: User,
    organisation: Organisation,
    upload: UploadedFile | None = None,
    url: str = "",
    title: str = "",
    **dates: date | None,
) -> Evidence:
    """A file or a link, whichever is given; see ``add_file`` and ``add_link``."""
    if bool(upload) == bool(url):
        msg = "Choose a file or give a link, one of the two."
        raise ValidationError(msg, code="one")
    if upload:
        return add_file(
            by=by, organisation=organisation, upload=upload, title=title, **dates
        )
    return add_link(by=by, organisation=organisation, url=url, title=title, **dates)


def add_file(
    *,
    by: User,
    organisation: Organisation,
    upload: UploadedFile,
    title: str = "",
    **dates: date | None,
) -> Evidence:
    """Keep a file and its row; without a title it is called by its name.

    The bytes are written and flushed before the row, outside the transaction: what
    fails in between leaves a file that ``sweep`` takes away, never a row without its
    file. Raises ``ValidationError`` with words by field; ``StorageError`` for the disk.
    """
    _refuse_size(upload)
    name = clean_name(upload.name or "")
    try:
        with storage.no_space_told():
            kind = filetypes.recognise(name, cast(BinaryIO, upload.file))
    except filetypes.RefusedError as error:
        raise ValidationError({"upload": str(error)}, code="kind") from error
    name = with_ending(name, kind.endings)
    evidence = Evidence(
        organisation=organisation,
        title=title or name,
        file_name=name,
        media_type=kind.media_type,
        added_by=by,
        **_checked(dates),
    )
    # What is wrong with the words is told before anything is written.
    _clean(evidence)
    with storage.unswept(organisation.pk):
        kept = storage.keep(organisation.pk, upload.chunks())
        evidence.sha256, evidence.size_bytes = kept
        return _write(by, evidence)


def add_link(
    *,
    by: User,
    organisation: Organisation,
    url: str,
    title: str,
    **dates: date | None,
) -> Evidence:
    """Keep a link. It is shown as it is and never fetched."""
    if fault := link_fault(url):
        raise ValidationError({"url": fault}, code="link")
    evidence = Evidence(
        organisation=organisation,
        title=title,
        url=url,
        added_by=by,
        **_checked(dates),
    )
    _clean(evidence)
    return _write(by, evidence)


def describe(*, by: User, evidence: Evidence, **changes: Any) -> Evidence:
    """The evidence with another title or other dates; nothing new, nothing recorded.

    Takes the names of ``DESCRIBED``. Raises ``ValidationError`` for values that
    cannot be and ``TypeError`` for other names.
    """
    if unknown := changes.keys() - set(DESCRIBED):
        msg = f"not described: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    with in_turn(), transaction.atomic():
        rows = Evidence.objects.select_for_update(of=("self",))
        evidence = rows.select_related("organisation", "added_by").get(pk=evidence.pk)
        before = {
            name: getattr(evidence, name)
            for name, value in changes.items()
            if getattr(evidence, name) != value
        }
        if not before:
            return evidence
        for name in before:
            setattr(evidence, name, changes[name])
        _clean(evidence)
        with _full_disk_told():
            evidence.save(update_fields=list(before))
            trail.record(
                by=by,
                organisation_id=evidence.organisation_id,
                action="evidence.described",
                subject=evidence,
                before=_plain(before),
                after=_plain({name: changes[name] for name in before}),
            )
    return evidence


def note_view(*, by: User, evidence: Evidence, role: str) -> None:
    """Put on the trail that an auditor took a file."""
    with in_turn(), transaction.atomic():
        trail.record(
            by=by,
            organisation_id=evidence.organisation_id,
            action="evidence.viewed",
            subject=evidence,
            after={"title": evidence.title, "sha256": evidence.sha256, "role": role},
        )


def sweep(*, older_seconds: float = DAY_SECONDS) -> int:
    """How many files were taken away: unfinished, or without a row, and a day old."""
    gone, before = 0, time.time() - older_seconds
    for organisation_id in storage.organisations_with_files():
        with storage.old_files(organisation_id, before) as paths:
            rows = Evidence.objects.filter(organisation_id=organisation_id)
            needed = set(rows.exclude(sha256="").values_list("sha256", flat=True))
            for path in paths:
                if path.name not in needed:
                    path.unlink(missing_ok=True)
                    gone += 1
    return gone


def _write(by: User, evidence: Evidence) -> Evidence:
    """The row and its event, both or neither."""
    with _full_disk_told(), in_turn(), transaction.atomic():
        evidence.save(force_insert=True)
        trail.record(
            by=by,
            organisation_id=evidence.organisation_id,
            action="evidence.added",
            subject=evidence,
            after=_plain(_known(evidence)),
        )
    return evidence


def _clean(evidence: Evidence) -> None:
    """The words and dates of a row. Link and file have rules of their own."""
    own_rules = {"organisation", "added_by", "url", "sha256", "size_bytes"}
    evidence.full_clean(exclude=own_rules)
    limit = Evidence._meta.get_field("url").max_length or 0
    if len(evidence.url) > limit:
        msg = f"The link has {len(evidence.url)} characters; {limit} fit."
        raise ValidationError({"url": msg}, code="max_length")


def _refuse_size(upload: UploadedFile) -> None:
    size = upload.size or 0
    if size > settings.UPLOAD_BYTES:
        limit = settings.UPLOAD_BYTES / 1_000_000
        msg = (
            f"The file has {size / 1_000_000:.1f} MB; {limit:.1f} MB fit."
            " Split it, or add a link."
        )
        raise ValidationError({"upload": msg}, code="size")


def _checked(dates: dict[str, date | None]) -> dict[str, date | None]:
    if unknown := dates.keys() - set(DATES):
        msg = f"no such dates: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    return dates


def _known(evidence: Evidence) -> dict[str, Any]:
    """What the row says, without what is empty."""
    names = ("file_name", "media_type", "size_bytes", "sha256", "url", *DESCRIBED)
    values = {name: getattr(evidence, name) for name in names}
    return {name: value for name, value in values.items() if value not in ("", None)}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Dates as text, as the trail keeps them."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


@contextmanager
def _full_disk_told() -> Iterator[None]:
    """A database without space refuses with the same words as the file store."""
    try:
        yield
    except DatabaseError as error:
        if "disk is full" in str(error) or "No space left" in str(error):
            raise storage.full() from error
        raise
