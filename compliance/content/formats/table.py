"""The table of XLSX and CSV read back: see ``records.py``."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.content.formats.checking import found_in
from compliance.content.formats.findings import Found, Notes, Path, UnreadableError
from compliance.content.formats.records import (
    ALWAYS,
    COLUMNS,
    JSON,
    LISTS,
    RECORDS,
    SAID,
    SEVERAL,
    YES,
)


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


def refuse_twice(headings: Iterable[tuple[str, str]]) -> None:
    """Refuse a heading that stands twice; each comes after its place.

    Raises ``UnreadableError``.
    """
    seen: set[str] = set()
    for place, heading in headings:
        if heading and heading in seen:
            words = f"the heading “{heading[:40]}” stands twice; one of them would be lost"
            raise UnreadableError(place, words)
        seen.add(heading)


class _Building:
    """The document as it grows row by row, and where each part of it stands."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.head: dict[str, Any] = {}
        self.edition: dict[str, Any] = {"roles": {}}
        self.facts: list[dict[str, Any]] = []
        self.sections: list[dict[str, Any]] = []
        self.rows: dict[Path, tuple[Row, str]] = {}
        self.last: tuple[str, dict[str, Any], dict[str, Any], Path] | None = None
        """Record, values, the part that has its translations, and where that stands."""

    def add(self, row: Row) -> None:
        record = row.cells.get("record", "").strip()
        if record == "translation":
            self._translation(row)
            return
        if record not in RECORDS:
            known = ", ".join([*RECORDS, "translation"])
            words = f"“{record[:40]}” is not a record; known are {known}"
            self.notes.fault(row.place("record"), words)
            return
        values = {
            name: value
            for column, name in RECORDS[record].items()
            if (value := self._value(row, record, column)) is not None
        }
        self._others(row, {*RECORDS[record], "record"}, record, values)
        getattr(self, f"_{record}")(values, row)
        self.last = self._part_of(record, values)

    def _part_of(
        self, record: str, values: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any], Path] | None:
        """Where the translations of a record belong; None before what they belong to."""
        if record in {"fact", "option"}:
            holders = self.facts
            path: Path = ("facts",)
        elif record in {"section", "question", "choice"}:
            holders, path = self.sections, ("sections",)
        else:
            return record, values, self.edition, ("edition",)
        if not holders:
            return None
        holder, path = holders[-1], (*path, len(holders) - 1)
        if record in {"question", "choice"}:
            asked = holder["questions"]
            if not asked:
                return None
            holder, path = asked[-1], (*path, "questions", len(asked) - 1)
        return record, values, holder, path

    def _translation(self, row: Row) -> None:
        if self.last is None:
            words = "a translation comes before the text that it translates"
            self.notes.fault(row.place("record"), words)
            return
        record, values, holder, path = self.last
        columns = SAID.get(record, {})
        code = row.cells.get("key", "").strip()
        marks = self._json(row, "extra", row.cells.get("extra") or "{}")
        words = holder.setdefault("translations", {}).setdefault(code, {})
        self.rows[*path, "translations", code] = (row, "translation")
        for column, name in columns.items():
            if text := row.cells.get(column, ""):
                lines = [line for line in text.split("\n") if line.strip()]
                said = lines if column in LISTS else text
                of = marks.get(column) if isinstance(marks, dict) else None
                named = name.format(values.get("key", ""))
                words[named] = {"text": said, "of": of} if of else said
        for column in SEVERAL.get(record, {}):
            many = self._json(row, column, row.cells.get(column) or "{}")
            words |= many if isinstance(many, dict) else {column: many}
        known = {*columns, *SEVERAL.get(record, {}), "record", "key", "extra"}
        self._others(row, known, "translation", {})

    def _value(self, row: Row, record: str, column: str) -> Any:
        text = row.cells.get(column, "")
        if not text:
            return None
        if column == "weight":
            return self._weight(row, text)
        if column == "yardstick":
            return self._yes(row, column, text)
        if column in JSON and (record == "question" or column in ALWAYS):
            return self._json(row, column, text)
        if column in LISTS and record == "question":
            return [line for line in text.split("\n") if line.strip()]
        return text

    def _weight(self, row: Row, text: str) -> Any:
        if text.strip().isascii() and text.strip().isdigit() and len(text) < 9:
            return int(text)
        self.notes.fault(row.place("weight"), f"“{text[:40]}” is not a whole number")
        return None

    def _yes(self, row: Row, column: str, text: str) -> bool:
        if text.strip().casefold() != YES:
            words = f"“{text[:40]}” is not {YES}; leave it empty for no"
            self.notes.fault(row.place(column), words)
        return True

    def _json(self, row: Row, column: str, text: str) -> Any:
        is_day = column in {"applies_from", "applies_until"}
        if is_day and not text.lstrip().startswith("["):
            return [{"date": text.strip()}]
        try:
            return json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            words = f"{column} holds no JSON: “{text[:60]}”"
            self.notes.fault(row.place(column), words)
            return None

    def _others(self, row: Row, known: set[str], record: str, values: dict[str, Any]) -> None:
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
        if others and record == "question" and isinstance(values.get("extra", {}), dict):
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
            self.notes.fault(row.place("key"), f"role {key[:40]} appears twice")
        self.edition["roles"][key] = values.get("label", "")
        self.rows["edition", "roles", key] = (row, "role")

    def _fact(self, values: dict[str, Any], row: Row) -> None:
        self.rows["facts", len(self.facts)] = (row, "fact")
        self.facts.append(values | {"choices": []})

    def _option(self, values: dict[str, Any], row: Row) -> None:
        if not self.facts:
            self.notes.fault(row.place("record"), "an option comes before any fact")
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
            self.notes.fault(row.place("record"), "a question comes before any section")
            return
        asked = self.sections[-1]["questions"]
        path = ("sections", len(self.sections) - 1, "questions", len(asked))
        self.rows[path] = (row, "question")
        asked.append(values | {"choices": []})

    def _choice(self, values: dict[str, Any], row: Row) -> None:
        if not self.sections or not self.sections[-1]["questions"]:
            self.notes.fault(row.place("record"), "a choice comes before any question")
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
                if record == "translation":
                    return row.place()
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
