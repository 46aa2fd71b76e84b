"""Whether a file is a bundle, whole and untouched; runs in a process of its own. Pure.

Every part is counted and hashed before a word of it is believed.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ValidationError

from compliance.assurance.bundles import layout, references
from compliance.assurance.bundles.counts import counts_of
from compliance.assurance.bundles.shape import Head, Rows, TrailHead
from compliance.assurance.bundles.trails import check_trail
from compliance.content.checklist_files import recognise
from compliance.content.checklist_schema.fault_places import reason_of
from compliance.content.formats.findings import clipped
from compliance.ground.sandbox.blame import is_of_library
from compliance.ground.sandbox.checksummed import is_intact
from compliance.proof.audit.chain import canonical, digest
from compliance.work.snapshots.content import content_from

CHUNK = 1024 * 1024
ENCRYPTED = 0x1
_SUM = re.compile(r"([0-9a-f]{64})  (\S{1,100})")


FILE = "The file"
"""In place of a part: what is wrong is wrong with the whole."""


class BundleError(Exception):
    """Why nothing of a bundle is taken in: the part and the reason, for a person."""

    def __init__(self, part: str, words: str) -> None:
        joint = " " if part == FILE else ": "
        super().__init__(clipped(clipped(part, 100) + joint + words, layout.MOST_WORDS))


def check(file: BinaryIO, send: Callable[[Any], None]) -> None:
    """Check a whole bundle; ``send`` gets what it holds, then each event of its trails.

    First ``{"head", "digest", "rows", "sheets": [...], "trails": [heads]}``, then a pair of
    the number of a trail and an event for each. Raises ``BundleError``.
    """
    archive = _opened(file)
    infos = {info.filename: info for info in archive.infolist()}
    sums = _sums(archive, infos)
    for name, info in infos.items():
        if name != layout.SUMS:
            _refuse_other(archive, info, sums[name])
    _refuse_bent(file, archive)
    head, rows = _head_and_rows(archive, infos, sums)
    sheets = [_sheet(archive, infos, row) for row in rows["editions"]]
    if unasked := references.unasked(rows, [sheet["document"] for sheet in sheets]):
        raise BundleError(layout.ROWS, unasked)
    for row in rows["signoffs"]:
        _refuse_unsigned(archive, infos, sums, row["content_hash"])
    heads = list(_trail_heads(archive, infos))
    _refuse_miscounted(head, rows, heads)
    send(
        {
            "head": head,
            "digest": _digest_of(archive, infos[layout.SUMS]),
            "rows": rows,
            "sheets": sheets,
            "trails": heads,
        }
    )
    for number, said in enumerate(heads, 1):
        name = layout.trail_events(number)
        with archive.open(infos[name]) as part:
            for event in check_trail(said, TextIOWrapper(part, "utf-8"), _refusal(name)):
                send([number, event])


def _head_and_rows(
    archive: ZipFile, infos: dict[str, ZipInfo], sums: dict[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    head = _shaped(Head, layout.HEAD, _text(archive, infos, layout.HEAD))
    if sums.get(layout.CONTENT) != head["content_hash"]:
        raise BundleError(layout.CONTENT, "is not what the content hash says")
    text = _text(archive, infos, layout.ROWS)
    if digest(text) != head["rows_hash"]:
        raise BundleError(layout.ROWS, "is not what bundle.json says")
    rows = _shaped(Rows, layout.ROWS, text)
    if fault := references.fault(rows, set(infos)):
        raise BundleError(*fault)
    return head, rows


def _refusal(name: str) -> Callable[[str], BundleError]:
    return lambda words: BundleError(name, words)


def _opened(file: BinaryIO) -> ZipFile:
    try:
        archive = ZipFile(file)
    except (BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        words = "is not a bundle, or is cut off or damaged"
        raise BundleError(FILE, words) from error
    infos = archive.infolist()
    if len(infos) > layout.MOST_PARTS:
        words = f"has {len(infos):,} parts; at most {layout.MOST_PARTS:,} are read"
        raise BundleError(FILE, words)
    names = archive.NameToInfo
    if layout.IN_PACK in names and layout.HEAD not in names:
        words = f"is an audit pack; the bundle is {layout.IN_PACK} in it"
        raise BundleError(FILE, words)
    for info in infos:
        _refuse_part(info)
    twice = [name for name, n in Counter(i.filename for i in infos).items() if n > 1]
    if twice:
        raise BundleError(twice[0], "is there twice")
    for name in (layout.HEAD, layout.CONTENT, layout.ROWS, layout.SUMS):
        if name not in names:
            raise BundleError(name, "is missing: this is not a bundle, or not all of one")
    return archive


def _refuse_part(info: ZipInfo) -> None:
    name = info.filename
    if not layout.NAME.fullmatch(name):
        raise BundleError(ascii(name), "is not part of a bundle")
    if info.flag_bits & ENCRYPTED:
        raise BundleError(name, "has a password")
    is_file = name.startswith(layout.EVIDENCE)
    if info.compress_type not in ({ZIP_STORED} if is_file else {ZIP_STORED, ZIP_DEFLATED}):
        raise BundleError(name, "is packed in a way that bundles do not use")
    if info.compress_type == ZIP_STORED and info.compress_size != info.file_size:
        raise BundleError(name, "has two sizes")
    most = layout.MOST_TEXT_BYTES
    if name.endswith(".jsonl"):
        most = layout.MOST_TRAIL_BYTES
    if not is_file and info.file_size > most:
        words = f"unpacks to {info.file_size:,} bytes; at most {most:,} are read"
        raise BundleError(name, words)


def _sums(archive: ZipFile, infos: dict[str, ZipInfo]) -> dict[str, str]:
    """Hashes of the list against each part; all of them, and no other."""
    sums: dict[str, str] = {}
    for line in _text(archive, infos, layout.SUMS).splitlines():
        found = _SUM.fullmatch(line)
        if not found or found[2] in sums:
            raise BundleError(layout.SUMS, f"line {len(sums) + 1} is not a line of it")
        sums[found[2]] = found[1]
    listed, there = set(sums), set(infos) - {layout.SUMS}
    if missing := sorted(listed - there):
        raise BundleError(missing[0], "is missing")
    if more := sorted(there - listed):
        raise BundleError(more[0], f"is not in {layout.SUMS}")
    return sums


def _refuse_other(archive: ZipFile, info: ZipInfo, expected: str) -> None:
    """Refuse a part that has other bytes than its hash says."""
    found = hashlib.sha256()
    for chunk in _chunks(archive, info):
        found.update(chunk)
    if found.hexdigest() != expected:
        raise BundleError(info.filename, "has been changed: its hash is another one")
    name = info.filename
    if name.startswith(layout.EVIDENCE) and name != f"{layout.EVIDENCE}{expected}":
        raise BundleError(name, "is not the file that its name says")


def _refuse_bent(file: BinaryIO, archive: ZipFile) -> None:
    """Refuse a file that ends with the hash of its bytes and has another one.

    One that someone packed again has no such end: its parts have hashes of their own.
    """
    found = is_intact(file, layout.MARK)
    if found is False or (found is None and archive.comment):
        words = "was changed between its parts"
        raise BundleError(FILE, words)


def _chunks(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as part:
            while chunk := part.read(CHUNK):
                yield chunk
    except Exception as error:
        if not is_of_library(error):
            raise
        raise BundleError(info.filename, "is cut off or damaged") from error


def _text(archive: ZipFile, infos: dict[str, ZipInfo], name: str) -> str:
    try:
        return b"".join(_chunks(archive, infos[name])).decode()
    except UnicodeDecodeError as error:
        raise BundleError(name, "is not UTF-8 text") from error


def _digest_of(archive: ZipFile, info: ZipInfo) -> str:
    return hashlib.sha256(b"".join(_chunks(archive, info))).hexdigest()


def _shaped(shape: type[BaseModel], name: str, text: str) -> dict[str, Any]:
    """A part as plain values, once it has its shape."""
    try:
        value: dict[str, Any] = json.loads(text, parse_constant=_no_number)
        shape.model_validate_json(text)
    except ValidationError as refused:
        error = refused.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, error["loc"]))
        raise BundleError(name, f"{place}: {reason_of(error)}") from None
    except (ValueError, RecursionError) as error:
        raise BundleError(name, "is not JSON, or nested too deeply") from error
    return value


def _no_number(word: str) -> None:
    msg = f"{word} is not a number"
    raise ValueError(msg)


def _sheet(archive: ZipFile, infos: dict[str, ZipInfo], row: dict[str, Any]) -> dict[str, Any]:
    """An edition as its file says, once it is the one that the rows rest on."""
    name = f"{layout.EDITIONS}{row['ref']}.yaml"
    found = recognise.read(b"".join(_chunks(archive, infos[name])), ".yaml")
    if found.faults or found.document is None:
        said = str(found.faults[0]) if found.faults else "holds no checklist"
        raise BundleError(name, said)
    document = found.document
    stands = (document["checklist"], document["edition"]["number"])
    if stands != (row["checklist"], row["number"]):
        raise BundleError(name, "is another edition than the rows name")
    if digest(canonical(document)) != row["content_hash"]:
        raise BundleError(name, "is not what its content hash says")
    return {
        "title": found.title,
        "summary": found.summary,
        "theme": found.theme,
        "document": document,
    }


def _refuse_unsigned(archive: ZipFile, infos: dict[str, ZipInfo], sums: dict[str, str], signed: str) -> None:
    """Refuse what is not what someone signed, or could not be shown as it was."""
    name = layout.signed_content(signed)
    if sums[name] != signed:
        raise BundleError(name, "is not what its content hash says")
    try:
        content_from(_text(archive, infos, name))
        name = layout.signed_rows(signed)
        json.loads(_text(archive, infos, name))
    except (ValueError, RecursionError) as error:
        raise BundleError(name, "is not what an assessment says") from error


def _trail_heads(archive: ZipFile, infos: dict[str, ZipInfo]) -> Iterator[dict[str, Any]]:
    names = {name for name in infos if name.startswith(layout.TRAILS)}
    number = 0
    while names:
        number += 1
        for name in (layout.trail_head(number), layout.trail_events(number)):
            if name not in names:
                raise BundleError(name, "is missing")
            names.remove(name)
        head = layout.trail_head(number)
        yield _shaped(TrailHead, head, _text(archive, infos, head))


def _refuse_miscounted(head: dict[str, Any], rows: dict[str, Any], trails: list[dict[str, Any]]) -> None:
    for name, count in counts_of(rows, (it["events"] for it in trails)).items():
        said = head["counts"].get(name)
        if said != count:
            words = f"counts {said} {name}, and {count:,} are there"
            raise BundleError(layout.HEAD, words)
