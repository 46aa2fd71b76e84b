"""The audit pack: all that someone needs who has to believe nobody."""

from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.template import Context, Engine
from django.urls import reverse

from compliance.assurance.bundles import layout
from compliance.assurance.bundles.bundle_export import Listen, Record, chunks_of, damaged
from compliance.assurance.bundles.zip_writer import Pack
from compliance.content.evidence.safe_names import clean_name
from compliance.ground.web import file_store
from compliance.ground.web.mail import absolute
from compliance.ground.web.site_address import is_only_here
from compliance.proof.audit import export
from compliance.proof.audit.models import Event
from compliance.reporting.reports import storage
from compliance.reporting.reports.models import Report
from compliance.work.snapshots.content import Proof

SCRIPTS = Path("compliance", "proof", "verifier")
VERIFIER = (
    "verify_report.py", "verify_events.py", "verify_pages.py", "verify_drawing.py",
)  # fmt: skip
"""Files that check a report without Attest, the program first; ``docs/verifying.md``."""


def write_pack(record: Record, report: Report, bundle: Path, file: BinaryIO, listen: Listen) -> None:
    """Write the pack; the same record, report and bundle give the same bytes.

    Raises ``StorageError`` for a file of the evidence that is gone or damaged.
    """
    proofs = record.content.proofs
    names = {proof.number: name_of(proof) for proof in proofs if proof.sha256}
    scripts = _scripts()
    with Pack(file) as pack:
        pack.add("README.txt", _readme(record, report, bool(names), scripts))
        pack.add_file(
            "report.pdf",
            file_store.chunks(storage.path_of(report.sha256)),
            report.size_bytes or 0,
        )
        pack.add_file(layout.IN_PACK, file_store.chunks(bundle), bundle.stat().st_size)
        for name, content in (_trail(record) | scripts).items():
            pack.add(name, content)
        links = [proof for proof in proofs if proof.url]
        if links:
            lines = (f"{proof.number:03d} {proof.title}\n    {proof.url}" for proof in links)
            pack.add_lines("content/evidence/links.txt", lines)
        _add_evidence(pack, record, names, listen)
        pack.finish()


def name_of(proof: Proof) -> str:
    """ "evidence/007 policy.pdf": its number in the report, then its own name."""
    return f"evidence/{proof.number:03d} {clean_name(proof.file_name)}"


def _add_evidence(pack: Pack, record: Record, names: dict[int, str], listen: Listen) -> None:
    proofs = {proof.number: proof for proof in record.content.proofs}
    whole = sum(proofs[number].size_bytes or 0 for number in names) or 1
    done = 0
    for at, (number, name) in enumerate(names.items(), 1):
        proof = proofs[number]
        size = proof.size_bytes or 0
        listen(f"Packing file {at} of {len(names)}", 55 + done * 43 // whole)
        chunks = chunks_of(record.assessment.organisation_id, proof.sha256)
        found, _ = pack.add_file(name, chunks, size)
        if found != proof.sha256:
            raise damaged(proof.sha256)
        done += size


def _trail(record: Record) -> dict[str, bytes]:
    """The events about the assessment with the signed checkpoint that proves them."""
    assessment, (seq, _) = record.assessment, record.head
    events = Event.objects.filter(
        organisation_id=assessment.organisation_id, scope_id=assessment.pk, seq__lte=seq
    )
    words = f"what is about the assessment {assessment.pk}"
    last = events.order_by("seq").last()
    lines = export.part(
        assessment.organisation_id,
        assessment.organisation.name,
        events,
        words,
        at=last.at if last else None,  # the same state makes the same pack
        for_outside=True,
    )
    return {"trail.jsonl": "".join(lines).encode()}


def _scripts() -> dict[str, bytes]:
    """The checkers of trail and report, which need no Attest."""
    found = export.checker()
    folder = Path(settings.BASE_DIR) / SCRIPTS
    if all((folder / name).is_file() for name in VERIFIER):
        found |= {name: (folder / name).read_bytes() for name in VERIFIER}
    return found


def _readme(record: Record, report: Report, has_files: bool, scripts: dict[str, bytes]) -> bytes:
    content = record.content
    context = {
        "content": content,
        "assessment": record.assessment,
        "report": report,
        "has_files": has_files,
        "is_same": report.content_hash == content.content_hash,
        "verifies": VERIFIER[0] in scripts,
        "fingerprint": report.sealed_with,
        "verify_page": absolute(reverse("verify")),
        "is_only_here": is_only_here(),
        "head_seq": record.head[0],
        "head_hash": record.head[1],
    }
    page = Engine.get_default().get_template("programs/exports/pack_readme.txt")
    words = page.render(Context(context, autoescape=False))
    return f"{words.rstrip()}\n".encode()
