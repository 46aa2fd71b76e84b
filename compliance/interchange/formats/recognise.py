"""Which format a file has, by what is in it, and its reader. Pure.

The name of the file only tells CSV from YAML where the content leaves it open.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from compliance.interchange.formats import asvs, ciso, cnil, csv_file, own, table
from compliance.interchange.formats.found import Found, Notes, UnreadableError, Where
from compliance.interchange.formats.limits import MOST_BYTES
from compliance.interchange.formats.oscal import catalog, xml
from compliance.interchange.formats.plain import (
    decoded,
    from_json,
    from_yaml,
    named_in,
)
from compliance.interchange.formats.records import COLUMNS
from compliance.interchange.formats.table import Row
from compliance.interchange.sheets import parsing
from compliance.interchange.walls.archive import WallError

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
KNOWN = (
    "an Attest checklist (YAML, JSON, XLSX, CSV), an OSCAL catalog, a CISO Assistant"
    " library, a CNIL PIA structure or an OWASP ASVS file"
)


def read(content: bytes, suffix: str = "") -> Found:
    """What a file holds. Faults stand in it; it raises nothing of its own."""
    try:
        return _read(content, suffix)
    except UnreadableError as fault:
        notes = Notes()
        notes.fault(fault.place, str(fault))
        return notes.onto(Found("unknown"))
    except WallError as fault:
        notes = Notes()
        notes.fault("the file", str(fault))
        return notes.onto(Found("unknown"))


def _read(content: bytes, suffix: str) -> Found:
    if len(content) > MOST_BYTES:
        words = f"has {len(content):,} bytes; at most {MOST_BYTES:,} are read"
        raise UnreadableError("the file", words)
    if not content.strip():
        raise UnreadableError("the file", "is empty")
    if content.startswith((ZIP, OLD_EXCEL)):
        return _xlsx(content)
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") or content.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return catalog.read(xml.read(content), "XML")
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
    words = f"is none of the formats known: it holds {names}; known are {KNOWN}"
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
    head = [cell.strip() for cell in next(rows)[1]]
    for line, cells in rows:
        if any(cells):
            plain = [csv_file.unguarded(cell) for cell in cells]
            yield f"line {line}", dict(zip(head, plain, strict=False))


def _xlsx(content: bytes) -> Found:
    place = ["the file"]
    notes = Notes()
    try:
        rows = list(_cells(parsing.rows(BytesIO(content), place), notes))
    except (WallError, UnreadableError, MemoryError):
        raise
    except Exception as error:  # the library raises sixteen kinds of error
        words = "is damaged and cannot be read; save it again as .xlsx"
        raise UnreadableError(place[0], words) from error
    return table.read(f"{own.KIND} (XLSX)", rows, notes)


def _cells(found: Iterator[list[Any]], notes: Notes) -> Iterator[Row]:
    """The rows below the first row of headings; other sheets are told."""
    head: dict[str, str] = {}
    home = ""
    for sheet, number, cells in found:
        texts = {letter: text for letter, (_, text) in cells.items()}
        if not number:
            continue
        if not head and "record" in {text.strip() for text in texts.values()}:
            head = {letter: text.strip() for letter, text in texts.items()}
            home = sheet
            continue
        if sheet != home:
            notes.lose(f"sheet {sheet[:40]}", "a sheet or row without the table")
            continue
        yield _row(sheet, number, cells, head, notes)
    if not home:
        words = "has no sheet with the heading “record”"
        raise UnreadableError("the workbook", words)


def _row(
    sheet: str, number: int, cells: dict[str, Any], head: dict[str, str], notes: Notes
) -> Row:
    letters = {name: letter for letter, name in head.items()}
    known: dict[str, str] = {}
    others: dict[str, str] = {}
    for letter, (kind, text) in cells.items():
        place = f"{sheet}!{letter}{number}"
        if kind in {"formula", "error"}:
            words = f"“{text[:60]}” is a formula or an error; write what comes out"
            notes.fault(place, words)
        elif letter not in head:
            notes.lose(place, "a cell beside the columns")
        else:
            (known if head[letter] in COLUMNS else others)[head[letter]] = text
    return Row(number, known, letters, others, sheet)
