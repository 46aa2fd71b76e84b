"""Files of a bundle: fit to be kept here as any upload is, and kept before their rows."""

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError

from compliance.assurance.bundles.process import Bundle
from compliance.content.evidence import filetypes, image_size, scanning, storage
from compliance.content.evidence.actions import quotas
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.safe_names import clean_name, link_fault, with_ending
from compliance.content.formats.findings import clipped
from compliance.identity.organisations.models import Organisation


def media_types(bundle: Bundle) -> tuple[dict[str, str], list[str]]:
    """The media type of each piece of evidence by its bytes, by its id; and refusals.

    Names and links are part of what the assessment says and cannot be mended: one that
    poses as something else refuses the bundle.
    """
    kinds, faults = {}, []
    for row in bundle.rows["evidence"]:
        try:
            kinds[row["id"]] = _kind(bundle, row)
        except (filetypes.RefusedError, ValidationError) as refused:
            said = " ".join(getattr(refused, "messages", [str(refused)]))
            faults.append(clipped(f"Evidence “{row['title'][:80]}”: {said}", 400))
    return kinds, faults


def _kind(bundle: Bundle, row: dict[str, Any]) -> str:
    if row["url"]:
        if fault := link_fault(row["url"]):
            raise ValidationError(fault)
        return ""
    if clean_name(row["file_name"]) != row["file_name"]:
        msg = "Its file name has characters that are not allowed here."
        raise ValidationError(msg)
    with bundle.file(row["sha256"]) as part:
        file = cast(BinaryIO, part)
        kind = filetypes.recognise(row["file_name"], file)
        image_size.refuse_huge(kind, file, settings.PICTURE_PIXELS)
    if with_ending(row["file_name"], kind.endings) != row["file_name"]:
        msg = f"It is called {row['file_name'][:80]} and is something else."
        raise ValidationError(msg)
    return kind.media_type


def sizes(bundle: Bundle) -> dict[str, int]:
    """SHA-256 to bytes of each file in the bundle."""
    rows = bundle.rows["evidence"]
    return {row["sha256"]: row["size_bytes"] for row in rows if row["sha256"]}


def no_room(bundle: Bundle, organisation: Organisation) -> str:
    """Why the files do not fit in what an organisation may keep; "" when they do."""
    kept = Evidence.objects.filter(organisation=organisation).exclude(sha256="")
    each = kept.order_by().values("sha256", "size_bytes").distinct()
    here = sum(quotas.kept_by(organisation).values())
    known = set(each.values_list("sha256", flat=True))
    more = sum(size for sha256, size in sizes(bundle).items() if sha256 not in known)
    if here + more <= settings.ORGANISATION_BYTES:
        return ""
    return (
        f"The organisation keeps {here / 1e6:.1f} MB of files and"
        f" {settings.ORGANISATION_BYTES / 1e6:.1f} MB fit; the bundle brings"
        f" {more / 1e6:.1f} MB more."
    )


def keep_all(bundle: Bundle, organisation: Organisation) -> list[storage.Kept]:
    """Write every file to its place, before any row names it.

    Raises ``ValidationError`` for a virus or a scanner that is away, ``StorageError``
    for the disk. Files written until then are taken away by ``sweep``.
    """
    all_kept = []
    for sha256 in sizes(bundle):
        _scan(bundle, sha256)
        kept = storage.keep(organisation.pk, bundle.chunks(sha256))
        if kept.sha256 != sha256:
            msg = f"evidence/{sha256[:8]}…: changed while it was read"
            raise ValidationError(msg)
        all_kept.append(kept)
    return all_kept


def _scan(bundle: Bundle, sha256: str) -> None:
    if not settings.SCAN_SOCKET:
        return
    chunks: Iterator[bytes] = bundle.chunks(sha256)
    try:
        found = scanning.found_in(chunks, settings.SCAN_SOCKET, settings.SCAN_SECONDS)
    except scanning.ScannerError as error:
        raise ValidationError(str(error), code=scanning.AWAY) from error
    if found:
        msg = f"evidence/{sha256[:8]}…: the virus scanner found {found} in it."
        raise ValidationError(msg, code="virus")
