"""A checklist as one table, for XLSX and CSV. Lossless.

Each row is a record; its first column says of what. An option belongs to the fact above
it, a question to the section, a choice to the question. A list stands in one cell, an
entry to a line; a rule as JSON. A row "translation" says what the row above is called in
another language, its key; where a text has changed since, "extra" has the mark of what was
translated. A row "more" goes on with the texts of the row above,
where a cell would be too long.
"""

import json
from collections.abc import Iterator
from typing import Any

from compliance.content.checklist_schema.words import RENAMED
from compliance.content.checklists.translations import (
    Texts,
    is_there,
    mark,
    of_edition,
    of_fact,
    of_question,
    of_section,
)
from compliance.content.formats.findings import Sheet
from compliance.content.formats.translated import brief

COLUMNS = (
    "record", "key", "title", "text", "help", "kind", "verdict", "weight", "cites",
    "binds", "applies", "applies_from", "number", "good", "check", "partly", "mistake",
    "evidence", "remedy", "background", "related", "source", "applies_until",
    "yardstick", "rating", "implies", "contested", "gates", "essentials", "scales",
    "replaces", "organisations", "extra",
)  # fmt: skip
LISTS = {"cites", "binds", "good", "evidence", "related"}
ALWAYS = {
    "extra", "implies", "gates", "essentials", "scales", "replaces", "organisations",
    "rating",
}  # fmt: skip
"""Columns of JSON in every record; the others are so in a question alone."""
JSON = {"applies", "applies_from", "applies_until", "number", *ALWAYS}
YES = "yes"
"""Says in a cell that something holds."""
PIECE = 4_000
"""Characters of a cell: even when each is escaped, a spreadsheet can hold them."""
QUESTION = (
    "key", "title", "text", "kind", "weight", "cites", "binds", "applies",
    "applies_from", "number", "good", "check", "partly", "mistake", "evidence",
    "remedy", "background", "related", "source", "applies_until", "yardstick", "extra",
)  # fmt: skip
RECORDS: dict[str, dict[str, str]] = {
    "checklist": {"key": "key", "title": "title", "text": "summary", "kind": "theme"},
    "edition": {
        "key": "number",
        "kind": "language",
        "text": "release_notes",
        "applies_from": "law_as_of",
        "gates": "gates",
        "essentials": "essentials",
        "scales": "scales",
        "replaces": "replaces",
        "organisations": "organisations",
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
        "implies": "implies",
        "contested": "contested",
    },
    "option": {"key": "key", "title": "label", "help": "help"},
    "section": {"key": "key", "title": "title", "text": "intro", "kind": "level"},
    "question": {name: RENAMED.get(name, name) for name in QUESTION},
    "choice": {
        "key": "key",
        "title": "label",
        "help": "help",
        "verdict": "verdict",
        "rating": "rating",
    },
}
"""Record to its columns, each with the field that it holds."""
SAID: dict[str, dict[str, str]] = {
    "checklist": {"title": "title", "text": "summary"},
    "edition": {"text": "release_notes"},
    "subject": {"title": "subject_label", "text": "subject_help"},
    "role": {"title": "role.{}"},
    "fact": {
        "title": "label",
        "text": "text",
        "help": "help",
        "contested": "contested",
    },
    "option": {"title": "choice.{}.label", "help": "choice.{}.help"},
    "section": {"title": "title", "text": "intro"},
    "question": {
        "title": "title",
        "text": "text",
        "number": "unit",
        "good": "good",
        "check": "how_to_check",
        "partly": "when_partly",
        "mistake": "common_mistake",
        "evidence": "evidence_hints",
        "remedy": "remedy",
        "background": "background",
    },
    "choice": {"title": "choice.{}.label", "help": "choice.{}.help"},
}
"""Record to the columns of its translation, each with the text that it translates."""
SEVERAL: dict[str, dict[str, str]] = {
    "edition": {"gates": "gate."},
    "fact": {"implies": "implies."},
}
"""Record to the columns with many texts, as JSON by name; names begin so."""


def rows_of(sheet: Sheet) -> Iterator[dict[str, str]]:
    """Every row of the table, as text by column."""
    for record, values, texts, words in _records(sheet):
        cells = {
            column: _cell(
                column if record != "edition" or column in ALWAYS else "",
                values.get(name),
            )
            for column, name in RECORDS[record].items()
        }
        yield from _pieces({"record": record} | cells)
        yield from _said(record, values, texts, words)


def _said(
    record: str, values: dict[str, Any], texts: Texts, words: dict[str, Any]
) -> Iterator[dict[str, str]]:
    """A row for each language that says something of a record, or of the checklist."""
    key = values.get("key", "")
    names = {column: name.format(key) for column, name in SAID.get(record, {}).items()}
    for code, found in sorted(words.items()):
        translated = {c: found[n] for c, n in names.items() if n in found and is_there(texts, n)}
        many = {
            column: {n: v for n, v in brief(texts, found).items() if n.startswith(begin)}
            for column, begin in SEVERAL.get(record, {}).items()
        }
        if translated or any(many.values()) or record == "checklist":
            stale = {c: t["of"] for c, t in translated.items() if t["of"] != mark(texts[names[c]])}
            cells = {c: _cell(c if c in LISTS else "", t["text"]) for c, t in translated.items()}
            cells |= {c: _cell(c, texts_of) for c, texts_of in many.items()}
            row = {"record": "translation", "key": code, "extra": _cell("extra", stale)}
            yield from _pieces(row | cells)


def _records(
    sheet: Sheet,
) -> Iterator[tuple[str, dict[str, Any], Texts, dict[str, Any]]]:
    """Each record with its values, and the texts and translations of its part."""
    document = sheet.document
    edition = document["edition"]
    head = {"title": sheet.title, "summary": sheet.summary, "theme": sheet.theme}
    about = of_edition(edition, sheet.title, sheet.summary), _found(edition)
    yield "checklist", head | {"key": document["checklist"]}, *about
    yield "edition", edition, *about
    yield "subject", edition, *about
    for key, label in edition["roles"].items():
        yield "role", {"key": key, "label": label}, *about
    if edition["role_fact"]:
        yield "role_fact", edition, *about
    for fact in document["facts"]:
        about = of_fact(fact), _found(fact)
        yield "fact", fact, *about
        for option in fact["choices"]:
            yield "option", option, *about
    for section in document["sections"]:
        yield "section", section, of_section(section), _found(section)
        for question in section["questions"]:
            about = of_question(question), _found(question)
            yield "question", question, *about
            for choice in question["choices"]:
                yield "choice", choice, *about


def _found(values: dict[str, Any]) -> dict[str, Any]:
    return values.get("translations") or {}


def _cell(column: str, value: Any) -> str:
    if value in (None, False, "", [], {}):
        return ""
    if value is True:
        return YES
    if column in JSON:
        return json.dumps(value, ensure_ascii=False)
    return "\n".join(value) if column in LISTS else str(value)


def _pieces(cells: dict[str, str]) -> Iterator[dict[str, str]]:
    longest = max(len(text) for text in cells.values())
    for start in range(0, longest, PIECE):
        piece = {name: text[start : start + PIECE] for name, text in cells.items()}
        yield piece if not start else piece | {"record": "more"}
