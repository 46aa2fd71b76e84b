"""A checklist as one table, for XLSX and CSV. Lossless.

Each row is a record; its first column says of what. An option belongs to the fact above
it, a question to the section, a choice to the question. A list stands in one cell, an
entry to a line; a rule as JSON. A row "more" goes on with the texts of the row above,
where a cell would be too long.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.interchange.bundle.question import RENAMED
from compliance.interchange.formats.checking import found_in
from compliance.interchange.formats.found import Found, Notes, Path, Sheet

COLUMNS = (
    "record", "key", "title", "text", "help", "kind", "verdict", "weight", "cites",
    "binds", "applies", "applies_from", "number", "good", "check", "partly", "mistake",
    "evidence", "remedy", "related", "extra",
)  # fmt: skip
LISTS = {"cites", "binds", "good", "evidence", "related"}
JSON = {"applies", "applies_from", "number", "extra"}
PIECE = 4_000
"""Characters of a cell: even when each is escaped, a spreadsheet can hold them."""
QUESTION = (
    "key", "title", "text", "kind", "weight", "cites", "binds", "applies",
    "applies_from", "number", "good", "check", "partly", "mistake", "evidence",
    "remedy", "related", "extra",
)  # fmt: skip
RECORDS: dict[str, dict[str, str]] = {
    "checklist": {"key": "key", "title": "title", "text": "summary", "kind": "theme"},
    "edition": {
        "key": "number",
        "text": "release_notes",
        "applies_from": "law_as_of",
        "extra": "extra",
    },
    "subject": {"title": "subject_label", "text": "subject_help"},
    "role": {"key": "key", "title": "label"},
    "role_fact": {"key": "role_fact"},
    "fact": {
        "key": "key",
        "title": "label",
        "text": "text",
        "help": "help",
        "kind": "kind",
    },
    "option": {"key": "key", "title": "label", "help": "help"},
    "section": {"key": "key", "title": "title", "text": "intro"},
    "question": {name: RENAMED.get(name, name) for name in QUESTION},
    "choice": {"key": "key", "title": "label", "help": "help", "verdict": "verdict"},
}
"""Record to its columns, each with the field that it holds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read: where it stands, and its cells by column.

    ``place`` names a cell by its column, or the row by "". ``others`` are cells under
    headings that the format does not have.
    """

    number: int
    cells: Mapping[str, str]
    letters: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""

    def place(self, column: str = "") -> str:
        if self.sheet:
            return f"{self.sheet}!{self.letters.get(column, 'A')}{self.number}"
        return f"row {self.number}" + (f", column {column}" if column else "")


def rows_of(sheet: Sheet) -> Iterator[dict[str, str]]:
    """Every row of the table, as text by column."""
    for record, values in _records(sheet):
        cells = {
            column: _cell(column if record != "edition" else "", values.get(name))
            for column, name in RECORDS[record].items()
        }
        if record == "edition":
            cells["extra"] = _cell("extra", values.get("extra"))
        yield from _pieces({"record": record} | cells)


def _records(sheet: Sheet) -> Iterator[tuple[str, dict[str, Any]]]:
    document = sheet.document
    edition = document["edition"]
    words = {"title": sheet.title, "summary": sheet.summary, "theme": sheet.theme}
    yield "checklist", words | {"key": document["checklist"]}
    yield "edition", edition
    yield "subject", edition
    for key, label in edition["roles"].items():
        yield "role", {"key": key, "label": label}
    if edition["role_fact"]:
        yield "role_fact", edition
    for fact in document["facts"]:
        yield "fact", fact
        for option in fact["choices"]:
            yield "option", option
    for section in document["sections"]:
        yield "section", section
        for question in section["questions"]:
            yield "question", question
            for choice in question["choices"]:
                yield "choice", choice


def _cell(column: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if column in JSON:
        return json.dumps(value, ensure_ascii=False)
    return "\n".join(value) if column in LISTS else str(value)


def _pieces(cells: dict[str, str]) -> Iterator[dict[str, str]]:
    longest = max(len(text) for text in cells.values())
    for start in range(0, longest, PIECE):
        piece = {name: text[start : start + PIECE] for name, text in cells.items()}
        yield piece if not start else piece | {"record": "more"}


class _Building:
    """The document as it grows row by row, and where each part of it stands."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.head: dict[str, Any] = {}
        self.edition: dict[str, Any] = {"roles": {}}
        self.facts: list[dict[str, Any]] = []
        self.sections: list[dict[str, Any]] = []
        self.rows: dict[Path, tuple[Row, str]] = {}

    def add(self, row: Row) -> None:
        record = row.cells.get("record", "").strip()
        if record not in RECORDS:
            known = ", ".join(RECORDS)
            words = f"“{record[:40]}” is no record; known are {known}"
            self.notes.fault(row.place("record"), words)
            return
        values = {
            name: value
            for column, name in RECORDS[record].items()
            if (value := self._value(row, record, column)) is not None
        }
        self._others(row, record, values)
        getattr(self, f"_{record}")(values, row)

    def _value(self, row: Row, record: str, column: str) -> Any:
        text = row.cells.get(column, "")
        if not text:
            return None
        if column == "weight":
            return self._weight(row, text)
        if column in JSON and (record == "question" or column == "extra"):
            return self._json(row, column, text)
        if column in LISTS and record == "question":
            return [line for line in text.split("\n") if line.strip()]
        return text

    def _weight(self, row: Row, text: str) -> Any:
        if text.strip().isascii() and text.strip().isdigit() and len(text) < 9:
            return int(text)
        self.notes.fault(row.place("weight"), f"“{text[:40]}” is no whole number")
        return None

    def _json(self, row: Row, column: str, text: str) -> Any:
        if column == "applies_from" and not text.lstrip().startswith("["):
            return [{"date": text.strip()}]
        try:
            return json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            words = f"{column} holds no JSON: “{text[:60]}”"
            self.notes.fault(row.place(column), words)
            return None

    def _others(self, row: Row, record: str, values: dict[str, Any]) -> None:
        known = {*RECORDS[record], "record"}
        beside = {c: t for c, t in row.cells.items() if t and c not in known}
        others = {heading[:80]: text for heading, text in row.others.items() if text}
        for column in beside:
            words = f"a {record} has no {column}, so it cannot be kept"
            self.notes.lose(row.place(column), words)
        for heading in others:
            if record == "question":
                self.notes.keep(row.place(heading), f"column “{heading[:40]}”")
            else:
                words = f"column “{heading[:40]}” is not known and cannot be kept"
                self.notes.lose(row.place(heading), words)
        if (
            others
            and record == "question"
            and isinstance(values.get("extra", {}), dict)
        ):
            values["extra"] = {"columns": others} | values.get("extra", {})

    def _checklist(self, values: dict[str, Any], row: Row) -> None:
        if self.head:
            self.notes.fault(row.place("record"), "a second checklist in one file")
        self.head |= values
        self.rows["head",] = self.rows["checklist",] = (row, "checklist")

    def _edition(self, values: dict[str, Any], row: Row) -> None:
        self.edition |= values
        self.rows["edition",] = (row, "edition")

    _subject = _role_fact = _edition

    def _role(self, values: dict[str, Any], row: Row) -> None:
        key = values.get("key", "")
        if key in self.edition["roles"]:
            self.notes.fault(row.place("key"), f"role {key[:40]} stands twice")
        self.edition["roles"][key] = values.get("label", "")
        self.rows["edition", "roles", key] = (row, "role")

    def _fact(self, values: dict[str, Any], row: Row) -> None:
        self.rows["facts", len(self.facts)] = (row, "fact")
        self.facts.append(values | {"choices": []})

    def _option(self, values: dict[str, Any], row: Row) -> None:
        if not self.facts:
            self.notes.fault(row.place("record"), "an option stands before any fact")
            return
        options = self.facts[-1]["choices"]
        path = ("facts", len(self.facts) - 1, "choices", len(options))
        self.rows[path] = (row, "option")
        options.append(values)

    def _section(self, values: dict[str, Any], row: Row) -> None:
        self.rows["sections", len(self.sections)] = (row, "section")
        self.sections.append(values | {"questions": []})

    def _question(self, values: dict[str, Any], row: Row) -> None:
        if not self.sections:
            self.notes.fault(
                row.place("record"), "a question stands before any section"
            )
            return
        asked = self.sections[-1]["questions"]
        path = ("sections", len(self.sections) - 1, "questions", len(asked))
        self.rows[path] = (row, "question")
        asked.append(values | {"choices": []})

    def _choice(self, values: dict[str, Any], row: Row) -> None:
        if not self.sections or not self.sections[-1]["questions"]:
            self.notes.fault(row.place("record"), "a choice stands before any question")
            return
        asked = self.sections[-1]["questions"]
        choices = asked[-1]["choices"]
        at = ("sections", len(self.sections) - 1, "questions", len(asked) - 1)
        self.rows[*at, "choices", len(choices)] = (row, "choice")
        choices.append(values)

    def where(self, path: Path) -> str:
        """The cell of a place in the document, or the row that comes nearest."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.rows:
                row, record = self.rows[path[:end]]
                name = next((p for p in path[end:] if isinstance(p, str)), "")
                columns = {name: column for column, name in RECORDS[record].items()}
                return row.place(columns.get(name, ""))
        return "the table"


def read(kind: str, rows: Iterable[Row], notes: Notes) -> Found:
    """The checklist in the rows of a table."""
    building = _Building(notes)
    for row in _joined(rows, notes):
        building.add(row)
    head = building.head
    document = {
        "edition": building.edition,
        "facts": building.facts,
        "sections": building.sections,
    } | ({"checklist": head["key"]} if "key" in head else {})
    return found_in(kind, head, document, notes, building.where)


def _joined(rows: Iterable[Row], notes: Notes) -> Iterator[Row]:
    """The rows, each with the texts of those that go on with it."""
    held: Row | None = None
    for row in rows:
        if row.cells.get("record", "").strip() != "more":
            if held:
                yield held
            held = row
        elif held is None:
            notes.fault(row.place("record"), "“more” goes on with no row")
        else:
            more = {c: t for c, t in row.cells.items() if c != "record"}
            cells = {c: held.cells.get(c, "") + more.get(c, "") for c in COLUMNS}
            held = Row(held.number, cells, held.letters, held.others, held.sheet)
    if held:
        yield held


def _refuse(name: str) -> Any:
    raise ValueError(name)
