"""Looks up an uploaded report in the trail of this installation.

It shows only whether what the file says of itself is known here: whoever asks
learns no name, no number and no hash that the file does not hold.
"""

import hashlib
from io import BufferedReader
from typing import Any
from uuid import UUID

from django.conf import settings

from compliance.assurance.reviews.models import SignOff
from compliance.proof.audit import checkpoints, verification
from compliance.proof.audit.models import Event
from compliance.proof.press.api import certificates_of, fingerprint
from compliance.proof.verifier.checked import HASH, Looked, Verified, verified
from compliance.reporting.reports.events import REPORT_MADE
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.reporting.reports.pdf_engine import place
from compliance.templatetags.ui import long_day

OK, FAULT, NOTE = "ok", "fault", "note"
MOST_SEQ = 2**63 - 1
DELETED = (
    "The organisation was deleted here on {} with its trail, as a signed receipt says:"
    " only an export of that trail can show whether it has this report."
)
THROWN = " Nothing here knows that trail: that of a sample is thrown away with it."


def own_pins() -> tuple[str, ...]:
    """Fingerprints of this installation, the present one first; ``SealError``."""
    return tuple(map(fingerprint, certificates_of(place())))


def looked_at(file: BufferedReader, pins: tuple[str, ...] = ()) -> Verified:
    """Check a report by itself, then against what is known here.

    ``pins`` are other certificates to trust than this installation's own. Raises
    ``NoReportError`` and ``SealError``.
    """
    found = verified(file, pins or own_pins(), settings.TIMESTAMP_CERTIFICATES)
    is_ours = any((c.name, c.state) == ("certificate", OK) for c in found.checks)
    is_ours = is_ours and not pins
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    facts = found.facts
    more = _head(facts, is_ours), _file(sha256, facts, is_ours), *_signed(facts)
    here = (_explained(one, facts) for one in more if one)
    return Verified((*found.checks, *here), facts)


def _explained(one: Looked, facts: dict[str, Any]) -> Looked:
    """A fault, as a note if a receipt explains it; samples have none, nor checkpoints."""
    chain = _uuid(facts.get("chain"))
    if one.state != FAULT or chain is None:
        return one
    said = (str(facts.get(name)) for name in ("head_seq", "head_hash", "sealed_at"))
    if receipt := verification.receipt_for(chain, *said):
        return Looked(one.name, NOTE, DELETED.format(long_day(receipt.ended_at)))
    is_known = verification.organisation_exists(chain) or checkpoints.latest(chain)
    return one if is_known else Looked(one.name, FAULT, one.words + THROWN)


def _head(facts: dict[str, Any], is_ours: bool) -> Looked | None:
    """Whether the trail of here has the event that the report names as its newest."""
    seq, chain = facts.get("head_seq"), _uuid(facts.get("chain"))
    if not isinstance(seq, int) or not 0 <= seq <= MOST_SEQ or chain is None:
        return None
    name = "trail here"
    if seq == 0:
        return Looked(name, NOTE, "The trail was empty when the report was made.")
    event = Event.objects.filter(organisation_id=chain, seq=seq)
    if event.filter(hash=_hash(facts, "head_hash")).exists():
        return Looked(name, OK, f"The trail still has event {seq} with that hash.")
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
    if made.filter(payload__contains=sha256).exists():
        return Looked(name, OK, "This very file was made here, byte for byte.")
    if is_ours:
        words = (
            "The file has the seal of this installation but is missing from its trail:"
            " someone used the key outside Attest, changed the file next to its"
            " signature, or put back an older copy of the database."
        )
        return Looked(name, FAULT, words)
    reports = Report.objects.filter(status=ReportStatus.DONE)
    if reports.filter(content_hash=_hash(facts, "content_hash")).exists():
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
        words = "Its sign-offs are here: the same people signed the same content with the same statement."
        return [Looked("sign-offs here", OK, words)]
    return [Looked("sign-offs here", NOTE, "Some of its sign-offs are not here.")]


def _hash(facts: dict[str, Any], name: str) -> str:
    """A hash that a file states, to look for; any other text is one that nothing has.

    PostgreSQL refuses to look for a text with a zero byte.
    """
    stated = str(facts.get(name))
    return stated if HASH.fullmatch(stated) else "none"


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
