"""The format of a file other than a workbook, recognised by its content. Pure.

The name of the file decides between CSV and YAML only where the content leaves it open.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from compliance.content.foreign_formats import asvs, ciso, cnil
from compliance.content.foreign_formats.oscal import catalog, xml
from compliance.content.formats import csv_file, own, table
from compliance.content.formats.findings import KNOWN, Found, Notes, UnreadableError, Where
from compliance.content.formats.limits import MOST_BYTES
from compliance.content.formats.plain import (
    decoded,
    from_json,
    from_yaml,
    named_in,
)

_WEB_PAGE = re.compile(rb"(<!--.{0,2000}?-->\s*)?<(!doctype\s+html|html)\b", re.I | re.S)


def read(content: bytes, suffix: str = "") -> Found:
    """The contents of a file. Faults stand in it; it raises nothing of its own."""
    try:
        return _read(content, suffix)
    except UnreadableError as fault:
        notes = Notes()
        notes.fault(fault.place, str(fault))
        return notes.onto(Found("unknown"))


def _read(content: bytes, suffix: str) -> Found:
    if len(content) > MOST_BYTES:
        words = f"has {len(content):,} bytes; at most {MOST_BYTES:,} are read"
        raise UnreadableError("the file", words)
    if not content.strip():
        raise UnreadableError("the file", "is empty")
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") or content.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        if _WEB_PAGE.match(start):
            words = f"is a web page (HTML), no file of a known format; known are {KNOWN}"
            raise UnreadableError("line 1", words)
        notes = Notes()
        return catalog.read(xml.read(content, notes), "XML", KNOWN, notes)
    if start.startswith((b"{", b"[")) and suffix not in {".yaml", ".yml"}:
        value = from_json(decoded(content))
        return _by_keys(value, "JSON", named_in(value))
    if suffix in {".csv", ".tsv"} or _is_csv(start):
        return _csv(decoded(content))
    value, line = from_yaml(content)
    return _by_keys(value, "YAML", named_in(value, line))


def _by_keys(value: Any, form: str, where: Where) -> Found:
    if not isinstance(value, dict):
        raise UnreadableError("the file", f"holds no checklist; known are {KNOWN}")
    readers: list[tuple[bool, Callable[[], Found]]] = [
        ("sections" in value and "edition" in value, lambda: own.read(value, where)),
        ("catalog" in value, lambda: catalog.read(value, form)),
        ("objects" in value and "urn" in value, lambda: ciso.read(value, where)),
        (asvs.is_asvs(value), lambda: asvs.read(value)),
        (isinstance(cnil.sections_of(value), list), lambda: cnil.read(value)),
        (bool(catalog.OTHERS.keys() & value), lambda: catalog.read(value, form)),
    ]
    for fits, reader in readers:
        if fits:
            return reader()
    names = ", ".join(str(name)[:30] for name in list(value)[:6]) or "nothing"
    words = f"is not one of the formats known: it holds {names}; known are {KNOWN}"
    raise UnreadableError("the file", words)


def _is_csv(start: bytes) -> bool:
    head = start.partition(b"\n")[0].decode("utf-8", "replace")
    names = {name.strip(' "\r').lower() for mark in ",;\t" for name in head.split(mark)}
    return "record" in names or "req_id" in names


def _csv(text: str) -> Found:
    head = text.partition("\n")[0]
    if "req_id" in head:
        return asvs.read_rows(_asvs_rows(text))
    if "record" not in head:
        words = "needs the heading “record” (our table) or “req_id” (ASVS)"
        raise UnreadableError("line 1", words)
    return table.read(f"{own.KIND} (CSV)", csv_file.table_in(text), Notes())


def _asvs_rows(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    rows = csv_file.rows_in(text)
    head = csv_file.headings_of(next(rows)[1])
    for line, cells in rows:
        if any(cells):
            plain = [csv_file.unguarded(cell) for cell in cells]
            yield f"line {line}", dict(csv_file.named_by(head, plain, f"line {line}"))
