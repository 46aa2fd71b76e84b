#!/usr/bin/env python3
"""Does a report of Attest stand as it was sealed? Needs Python 3.10 and pyHanko only.

    python3 verify_report.py FILE [--certificate FINGERPRINT or PEM FILE] [--trail FILE]
                             [--evidence FOLDER]

``verify_events.py``, ``verify_pages.py`` and ``verify_drawing.py`` lie beside it.
``--trail`` is an export of the organisation's trail; without it a ``trail.jsonl`` beside
the report is taken. ``--evidence`` is the folder of an audit pack with the files.

Exit status: 0 everything checked agrees, 1 something does not, 2 the file cannot be
read as a report, 3 all agrees and no certificate was expected. The network is not used
and nothing is written.
"""
# ruff: noqa: T201 - a script, it prints

import argparse
import base64
import hashlib
import io
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from asn1crypto import cms, x509  # type: ignore[import-untyped]
    from pyhanko.pdf_utils.decode_limits import DecodeLimits, StreamDecodeLimits
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext
except ImportError as error:
    print(f"{error}. Install pyHanko: python3 -m pip install pyHanko")
    sys.exit(2)

BESIDE = ("verify_events.py", "verify_pages.py", "verify_drawing.py")
try:
    from compliance.proof.verifier import verify_events as events
    from compliance.proof.verifier import verify_pages as pages
except ImportError:  # a copy without Attest: the files beside this one
    for name in BESIDE:
        if not Path(__file__).with_name(name).is_file():
            print(f"{name} is missing: it belongs next to verify_report.py.")
            sys.exit(2)
    import verify_events as events  # type: ignore[import-not-found, no-redef]
    import verify_pages as pages  # type: ignore[import-not-found, no-redef]

FAULT, NOTE, OK, refuse = events.FAULT, events.NOTE, events.OK, events.refuse
Result = events.Result
FORMAT, VERSION, SOURCE = "attest-report", 2, "assessment.json"
LIBRARIES = {"asn1crypto", "cryptography", "pyhanko", "pyhanko_certvalidator"}
"""They raise any kind of error for what is malformed."""
MOST_FILES, MOST_DEPTH = 50, 40
MOST_BYTES = 512 * 1024 * 1024
NAMED = ("organisation", "checklist", "edition", "subject", "period_from", "period_to")
SEALED = ("certificate", "sealed_by", "issued_by", "sealed_at")
"""Facts of the seal, which the data inside cannot state."""
SIGNED = ("content_hash", "signer", "role", "statement")
UNCOVERED = ("version", "digest_algorithms", "encap_content_info")
PLAIN = bytes.fromhex(
    "020101310f300d06096086480165030402010500300b06092a864886f70d010701020101300d06096086480165030402010500"
)
"""Attributes that a signature does not cover by itself (RFC 5652, 5.4), as Attest writes them."""
FACTS = {
    "organisation": "Organisation",
    "checklist": "Checklist",
    "edition": "Edition",
    "subject": "Subject",
    "period_from": "Period from",
    "period_to": "Period to",
    "kind": "Kind",
    "number": "Report",
    "read_at": "Made",
    "sealed_at": "Sealed",
    "sealed_by": "Sealed by",
    "certificate": "Certificate",
    "content_hash": "Content hash",
    "head_seq": "Newest event",
    "head_hash": "Head of the trail",
    "chain": "Organisation's id",
}
"""Statements of the file that are printed, and how people call them."""

NOTHING = """NOTHING TO COMPARE WITH: anybody can seal a file with a key of their own. Take the
fingerprint from the organisation itself, by another way than this file came, and give it
with --certificate."""


class UnreadableError(Exception):
    """The file is no report that can be read; the text says why."""


def verify(
    data: bytes,
    pins: frozenset[str] = frozenset(),
    trail: Path | None = None,
    services: Sequence[Any] = (),
    evidence: Path | None = None,
) -> Result:
    """Check a report; ``pins`` are fingerprints of the certificates that are trusted.

    ``trail`` is an exported trail to compare with, ``services`` are certificates of
    time-stamp services, or of those that certify them, ``evidence`` is a folder with the
    files that the data name. Raises ``UnreadableError`` for
    what is no PDF at all.
    """
    result = Result()
    reader = _opened(data)
    seal = _step(result, "signature", _signature, reader, data, pins)
    files = _step(result, "files inside", _files, reader)
    source = files and _step(result, "data", _source, files)
    if seal:
        _step(result, "time stamp", _stamp, seal, services, source or {})
    if source:
        _step(result, "printed hashes", pages.check_printed, reader, source)
        board = files.get(pages.BOARD)
        if board is None:
            _step(result, "pages", pages.check_pages, reader, source)
        else:
            _step(result, "figures", pages.check_board, reader, source, board)
        _step(result, "trail", events.check_trail, source)
        export = trail and _step(result, "trail head", _export, trail)
        if export or not trail:
            _step(result, "trail head", events.check_head, source, export)
        if export:
            own = hashlib.sha256(data).hexdigest()
            _step(result, "file in the trail", events.check_file, export, own)
        _step(result, "sign-offs", events.check_signoffs, source, export)
        if evidence:
            _step(result, "evidence", _evidence, source, evidence)
    return result


def _step(result: Result, name: str, look: Any, *things: Any) -> Any:
    """The result of ``look``; an error, foreseen or not, is written down."""
    try:
        return look(result, *things)
    except events.FaultError as error:
        result.add(name, FAULT, str(error))
    except (MemoryError, RecursionError):
        result.add(name, FAULT, "It needs more memory or depth than any report does.")
    except Exception as error:
        result.add(name, FAULT, _explained(error))
    return None


def _explained(error: Exception) -> str:
    """Words for an error that nobody foresaw, with its place where it may be ours."""
    place = _place_of(error)
    if not place:
        return "It cannot be read: it is damaged or was changed."
    return (
        "It could not be checked: either it is not built as Attest builds it, or this"
        f" program has a fault ({type(error).__name__}, {place})."
    )


def _place_of(error: Exception) -> str:
    """File and line of ours where an error arose; "" where a library raised it."""
    place = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        root = frame.f_globals.get("__name__", "").partition(".")[0]
        if root in LIBRARIES:
            place = ""
        elif root not in sys.stdlib_module_names:
            place = f"{Path(frame.f_code.co_filename).name} line {number}"
    return place


def _export(_result: Result, path: Path) -> Any:
    return events.export_in(path)


def _opened(data: bytes) -> PdfFileReader:
    if not data.startswith(b"%PDF-"):
        raise UnreadableError("The file is not a PDF.")
    walls = DecodeLimits(per_stream=StreamDecodeLimits(max_output_size=MOST_BYTES))
    try:
        reader = pages.Reader(io.BytesIO(data), decode_limits=walls)
        root = None if reader.encrypted else reader.root
        is_readable = isinstance(root, dict) and "/Pages" in root
    except Exception as error:
        if _place_of(error):
            raise
        msg = "The PDF cannot be read: it is cut off, damaged or changed."
        raise UnreadableError(msg) from error
    if is_readable:
        return reader
    raise UnreadableError("The PDF has a password, or no pages.")


def _signature(result: Result, reader: PdfFileReader, data: bytes, pins: frozenset[str]) -> Any:
    found = reader.embedded_signatures
    refuse(not found, "The file is not sealed: it has no signature.")
    refuse(found[1:], f"The file has {len(found)} signatures; a report has one.")
    _refuse_gap(found[0], data)
    certificate, at = found[0].signer_cert, found[0].self_reported_timestamp
    trust = ValidationContext(trust_roots=[certificate])
    status = validate_pdf_signature(found[0], trust, skip_diff=True)
    refuse(not status.intact, "The file was changed after it was sealed.")
    refuse(not status.valid, "Its key is not that of the certificate it names.")
    result.facts |= {
        "certificate": certificate.sha256.hex(),
        "sealed_by": certificate.subject.human_friendly,
        "issued_by": certificate.issuer.human_friendly,
        "sealed_at": at.isoformat() if at else "",
    }
    result.add("signature", OK, "The signature is intact and covers the whole file.")
    _whose(result, certificate.sha256.hex(), pins)
    return found[0]


def _refuse_gap(signature: Any, data: bytes) -> None:
    """The signature covers all but itself, and nothing hides in its own place."""
    first, before, after, rest = (int(number) for number in signature.byte_range)
    words = "Something was added to the file or taken from it after it was sealed."
    refuse(first or after + rest != len(data) or not before < after, words)
    held, signed = bytes(signature.pkcs7_content), signature.signed_data
    own, others = signature.signer_cert, signature.other_embedded_certs
    ends = {at + int.from_bytes(held[at : at + 2], "big") for at in (2, 17, 21)}
    parts, info = [signed[name] for name in UNCOVERED], signature.signer_info
    parts += [info["version"], info["digest_algorithm"], info["sid"].chosen["issuer"]]
    beside = [(a["type"].native, len(a["values"])) for a in info["unsigned_attrs"]]
    is_plain = (
        beside in ([], [("signature_time_stamp_token", 1)])
        and data[before:after] == b"<" + held.hex().upper().encode() + b">"
        and {len(cms.ContentInfo.load(held).dump()) - 2} == ends
        and not held[max(ends) + 2 :].strip(b"\0")
        and b"".join(p.dump() for p in parts) == PLAIN + own.issuer.dump()
        and (not others or own.issuer != own.subject)
    )
    refuse(not is_plain, "The place of the signature holds more than the signature.")


def _whose(result: Result, fingerprint: str, pins: frozenset[str]) -> None:
    state, words = NOTE, "Not compared with one that you know"
    if pins:
        outcomes = (FAULT, "Another than the expected one"), (OK, "The expected one")
        state, words = outcomes[fingerprint in pins]
    result.add("certificate", state, f"{words}: {fingerprint}.")


def _stamp(result: Result, seal: Any, services: Sequence[Any], source: dict[str, Any]) -> None:
    """The stamp, which the seal does not cover, counts only from a named service."""
    stamp, at = (
        _stamp_of(seal, ValidationContext(trust_roots=[])),
        seal.self_reported_timestamp,
    )
    if not stamp:
        words = "The report was made with one, and it was taken away."
        refuse(source and source["report"]["is_stamped"], words)
        words = "None: the time is that of the installation's clock."
        result.add("time stamp", NOTE, words)
        return
    is_other = not (stamp.intact and stamp.valid) or (at - stamp.timestamp).days > 0
    refuse(is_other, "It is of something else, or older than the file.")
    stamped = f"{stamp.timestamp}, by {stamp.signing_cert.subject.human_friendly}"
    if not services:
        words = f"It does not count, since no service is named: {stamped}."
        result.add("time stamp", NOTE, words)
        return
    context = ValidationContext(trust_roots=services, moment=stamp.timestamp)
    is_named = _stamp_of(seal, context).trusted
    refuse(not is_named, f"It is from a service that nobody named: {stamped}.")
    result.add("time stamp", OK, f"{stamped}, a named service.")


def _stamp_of(seal: Any, context: ValidationContext) -> Any:
    trust = ValidationContext(trust_roots=[seal.signer_cert])
    status = validate_pdf_signature(seal, trust, ts_validation_context=context, skip_diff=True)
    return status.timestamp_validity


def _files(result: Result, reader: PdfFileReader) -> dict[str, bytes]:
    words = f"{SOURCE} is missing: the report carries no data to check."
    names, files = reader.root.get("/Names", {}), dict[str, bytes]()
    refuse("/EmbeddedFiles" not in names, words)
    own = set()
    for name, spec in _leaves(names["/EmbeddedFiles"], MOST_DEPTH):
        refuse(name in files or len(files) >= MOST_FILES, f"Too much: {name}.")
        streams = {repr(spec["/EF"].raw_get(key)) for key in spec["/EF"]}
        is_one = {str(spec["/F"]), str(spec["/UF"])} == {name} and len(streams) == 1
        refuse(not is_one, f"{name} is one file to one reader, another to the next.")
        files[name] = spec["/EF"]["/F"].data
        own.add(spec.container_ref)
    refuse(SOURCE not in files, words)
    linked = [spec.container_ref for spec in pages.items(reader.root["/AF"])]
    words = "They are not those that the document names as its own."
    refuse(len(linked) != len(files) or set(linked) != own, words)
    return files


def _leaves(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    names = pages.items(node["/Names"]) if "/Names" in node else []
    yield from zip(map(str, names[::2]), names[1::2], strict=True)
    for kid in pages.items(node["/Kids"]) if depth and "/Kids" in node else ():
        yield from _leaves(kid, depth - 1)


def _source(result: Result, files: dict[str, bytes]) -> dict[str, Any]:
    text = files[SOURCE].decode()
    source: dict[str, Any] = json.loads(text)
    is_known = source["format"] == FORMAT and source["version"] <= VERSION
    refuse(not is_known, f"{SOURCE} is of a kind that this program does not know.")
    refuse(
        events.canonical(source) != text,
        f"{SOURCE} is not written as Attest writes it.",
    )
    result.facts |= _facts(source)
    known, content, named = source["files"], source["content"], source["content_hash"]
    for name in sorted(set(known) | set(files) - {SOURCE}):
        refuse(name not in files, f"{name} is missing.")
        is_own = hashlib.sha256(files[name]).hexdigest() == known.get(name)
        refuse(not is_own, f"{name} is not the file that belongs to this report.")
    is_other = content and events.digest(events.canonical(content)) != named
    refuse(is_other, "The data inside do not have the content hash that they name.")
    lacks = "A report of a part: it carries a hash, and no data to compute it from."
    words = f"They have the content hash {named}." if content else lacks
    result.add("data", OK if content else NOTE, words)
    return source


def _evidence(result: Result, source: dict[str, Any], folder: Path) -> None:
    """Each file of a pack is one that the data name, under its own name or number."""
    refuse(not source["content"], "The report carries no data that name files.")
    named: dict[str, list[dict[str, Any]]] = {}
    for proof in source["content"]["proofs"]:
        if proof["sha256"]:
            named.setdefault(proof["sha256"], []).append(proof)
    faults, there = [], set()
    for path in sorted(one for one in folder.rglob("*") if not one.is_dir()):
        with path.open("rb") as file:
            sha256 = _sha256(file)
        proofs, (front, _, rest) = named.get(sha256, []), path.name.partition(" ")
        fits = [one for one in proofs if front == f"{one['number']:03d}" or rest == one["file_name"]]
        there |= {one["number"] for one in fits}
        if not proofs:
            faults.append(f"{path.name} was changed, or does not belong to the report")
        elif not fits:
            faults.append(f"{path.name} holds the file E{proofs[0]['number']}")
    every = [proof for proofs in named.values() for proof in proofs]
    faults += [
        f"E{one['number']} {one['file_name']} is missing" for one in every if one["number"] not in there
    ]
    refuse(faults, "; ".join(faults) + ".")
    words = f"{len(every)} files have the SHA-256 that the data name, and no other is there."
    result.add("evidence", OK, words)


def _sha256(file: Any) -> str:
    found = hashlib.sha256()
    while chunk := file.read(1024 * 1024):
        found.update(chunk)
    return found.hexdigest()


def _facts(source: dict[str, Any]) -> dict[str, Any]:
    content, trail = source["content"] or {}, source["trail"]
    return {
        **{name: v for name, v in source["report"].items() if name not in SEALED},
        **{name: content[name] for name in NAMED if name in content},
        "content_hash": source["content_hash"],
        "chain": trail["organisation"],
        "head_seq": trail["seq"],
        "head_hash": trail["hash"],
        "signed": [[one[name] for name in SIGNED] for one in source["sign_offs"]],
    }


def pins_in(given: str) -> frozenset[str]:
    """Fingerprints: one as hexadecimal digits, or of each certificate in a PEM file.

    Raises ``OSError`` and ``UnreadableError`` for what is neither.
    """
    plain = given.replace(":", "").replace(" ", "").lower()
    if re.fullmatch(r"[0-9a-f]{64}", plain):
        return frozenset({plain})
    if not Path(given).is_file():
        msg = (
            f"{given} is no certificate: give --certificate all 64 digits of its SHA-256"
            " fingerprint, or a PEM file that is there."
        )
        raise UnreadableError(msg)
    found = certificates_in(Path(given))
    return frozenset(one.sha256.hex() for one in found)


def certificates_in(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file; ``OSError`` and ``UnreadableError`` for another."""
    blocks = re.findall(r"-BEGIN CERTIFICATE-+\n(.*?)-+END", path.read_text(errors="replace"), re.S)
    if not blocks:
        raise UnreadableError(f"{path} holds no certificate.")
    return [x509.Certificate.load(base64.b64decode(one)) for one in blocks]


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; the exit status.

    0 for all as sealed by an expected certificate, 1 for a fault, 2 for no report, 3
    where no certificate is expected.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--certificate", action="append", default=[])
    parser.add_argument("--trail", type=Path)
    parser.add_argument("--evidence", type=Path)
    parser.add_argument("--time-stamps", type=Path, action="append", default=[])
    options = parser.parse_args(arguments)
    try:
        pins = frozenset[str]().union(*map(pins_in, options.certificate))
        beside = options.file.parent / "trail.jsonl"
        trail = options.trail or (beside if beside.is_file() else None)
        if trail:
            trail.open("rb").close()
        services = [one for path in options.time_stamps for one in certificates_in(path)]
        if options.evidence:
            next(options.evidence.iterdir(), None)  # OSError where it is no folder
        data = options.file.read_bytes()
        result = verify(data, pins, trail, services, options.evidence)
    except (UnreadableError, OSError) as error:
        print(error)
        return 2
    print(_verdict(result, pins))
    for one in result.checks:
        print(events.one_line(f"{one.state:6}{one.name}: {one.words}"))
    for line in _stated(result.facts):
        print(events.one_line(f"{' ':6}{line}"))
    if not result.is_ok:
        return 1
    print("\n".join(events.proven_words(result.checks)))
    if not pins:
        print(NOTHING)
        return 3
    return 0


def _verdict(result: Result, pins: frozenset[str]) -> str:
    faults = [one.name for one in result.checks if one.state == FAULT]
    if faults:
        return f"FAULT: {', '.join(faults)}."
    whose = "by the expected certificate" if pins else "by a certificate not compared"
    return f"As it was sealed, {whose}."


def _stated(facts: dict[str, Any]) -> Iterator[str]:
    """What the file says of itself, in words."""
    for name, words in FACTS.items():
        if facts.get(name) not in (None, ""):
            yield f"{words}: {facts[name]}"
    for content_hash, signer, role, statement in facts.get("signed", ()):
        yield f"Signed by {signer}, {role}: {statement} Content hash {content_hash}"


if __name__ == "__main__":
    logging.disable()  # for this program alone: a library's lines are none of its own
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
