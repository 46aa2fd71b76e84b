"""Looks up an uploaded report in the trail of this installation.

It shows only whether what the file says of itself is known here: whoever asks
learns no name, no number and no hash that the file does not hold.
"""

import hashlib
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from compliance.audit.models import Event
from compliance.press.api import certificates_of, fingerprint
from compliance.reports.events import REPORT_MADE
from compliance.reports.models import Report, ReportStatus
from compliance.reports.pdf_engine import place
from compliance.reviews.models import SignOff
from compliance.verifier.checked import Looked, Verified, verified

OK, FAULT, NOTE = "ok", "fault", "note"
MOST_SEQ = 2**63 - 1
CHUNK = 1024 * 1024


def own_pins() -> tuple[str, ...]:
    """Fingerprints of this installation, the present one first; ``SealError``."""
    return tuple(map(fingerprint, certificates_of(place())))


def looked_at(file: BinaryIO, pins: tuple[str, ...] = ()) -> Verified:
    """Check a report by itself, then against what is known here.

    ``pins`` are other certificates to trust than this installation's own. Raises
    ``NoReportError`` and ``SealError``.
    """
    found = verified(file, pins or own_pins(), settings.TIMESTAMP_CERTIFICATES)
    is_ours = any((c.name, c.state) == ("certificate", OK) for c in found.checks)
    is_ours = is_ours and not pins
    more = (
        _head(found.facts, is_ours),
        _file(_sha256(file), found.facts, is_ours),
        *_signed(found.facts),
    )
    return Verified((*found.checks, *(one for one in more if one)), found.facts)


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _head(facts: dict[str, Any], is_ours: bool) -> Looked | None:
    """Whether the trail of here has the event that the report names as its newest."""
    seq, chain = facts.get("head_seq"), _uuid(facts.get("chain"))
    if not isinstance(seq, int) or not 0 <= seq <= MOST_SEQ or chain is None:
        return None
    name = "trail here"
    if seq == 0:
        return Looked(name, NOTE, "The trail was empty when the report was made.")
    event = Event.objects.filter(organisation_id=chain, seq=seq)
    if event.filter(hash=str(facts.get("head_hash"))).exists():
        words = f"The trail of this installation still has event {seq} with that hash."
        return Looked(name, OK, words)
    if is_ours:
        words = (
            "The report was sealed here, but the trail no longer has the event that was"
            " its newest then: the trail was changed or cut, or an older copy put back."
        )
        return Looked(name, FAULT, words)
    return Looked(name, NOTE, "This installation knows no event with that hash.")


def _file(sha256: str, facts: dict[str, Any], is_ours: bool) -> Looked:
    """Whether the trail names this very file, or the rows of one of its content."""
    name = "reports here"
    made = Event.objects.filter(subject_label="report", action=REPORT_MADE)
    names_file = Q(payload__contains=sha256)
    if made.filter(names_file).exists():
        return Looked(name, OK, "This very file was made here, byte for byte.")
    if is_ours:
        words = (
            "The file has the seal of this installation but is missing from its trail:"
            " someone used the key outside Attest, changed the file next to its"
            " signature, or put back an older copy of the database."
        )
        return Looked(name, FAULT, words)
    reports = Report.objects.filter(status=ReportStatus.DONE)
    if reports.filter(content_hash=str(facts.get("content_hash"))).exists():
        words = "A report of the same content was made here; this file is another one."
        return Looked(name, NOTE, words)
    return Looked(name, NOTE, "No report of this content was made here.")


def _signed(facts: dict[str, Any]) -> list[Looked]:
    """Whether the sign-offs that the report lists are here as it lists them."""
    claimed = {tuple(map(str, one)) for one in facts.get("signed") or []}
    assessment = _uuid(facts.get("assessment"))
    if not claimed or assessment is None:
        return []
    rows = SignOff.objects.filter(assessment=assessment)
    known = rows.values_list("snapshot_id", "signer", "role", "statement")
    if claimed <= set(known):
        words = (
            "Its sign-offs are here: the same people signed the same content with the"
            " same statement."
        )
        return [Looked("sign-offs here", OK, words)]
    words = "Some of its sign-offs are not here."
    return [Looked("sign-offs here", NOTE, words)]


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
