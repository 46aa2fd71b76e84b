"""Cells of an answer, and their meaning. Pure.

``cell_of`` writes a value into a cell and ``meant`` reads it back. A cell that is as
it was exported is no change, whatever has happened to the answer since.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from compliance.content.checklists.choices import QuestionKind
from compliance.content.formats.escapes import escaped
from compliance.ground.web.numbers import number, written
from compliance.ground.web.text import FORBIDDEN
from compliance.work.assessments.answer_fields import BY_COLUMN, TYPED, Kind
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.values import checked_text, line_ends, parse

FIELDS = {field.column: field.heading for field in TYPED}
"""Field of an answer to the heading of its column, in the order of the columns."""

MOST_CHARACTERS = 32_767
"""The length of a cell in Excel and LibreOffice, counted in UTF-16."""
EXACT_DIGITS = 15
EARLIEST, LATEST = date(1901, 1, 1), date(2199, 12, 31)
"""Days that a date cell shows without doubt: before 1901 programs differ."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with something in it: "text", "number", "date", "flag", "formula", "error"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """A question as far as its cells need it; ``choices`` are key, verdict and label."""

    key: str
    text: str
    kind: str
    number: Mapping[str, Any]
    choices: tuple[tuple[str, str, str], ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Choice key to a label that no other choice of the question has."""
        all_labels = [plain(label) for _, _, label in self.choices]
        return {
            key: label if all_labels.count(plain(label)) == 1 else f"{label} ({key})"
            for key, _, label in self.choices
        }

    @property
    def fits(self) -> str:
        """Allowed contents of the value's cell, in words; "" for a plain verdict."""
        if self.kind == QuestionKind.CHOICES:
            return "Any of these, with “;” between them: " + "; ".join(self.labels.values())
        if self.kind in {QuestionKind.CHOICE, QuestionKind.STAGE}:
            return "One of: " + "; ".join(self.labels.values())
        if self.kind == QuestionKind.NUMBER:
            return f"A number{_bounds(self.number)}"
        kinds = {QuestionKind.DATE: "A date", QuestionKind.TEXT: "A text"}
        return kinds.get(QuestionKind(self.kind), "")


@dataclass(frozen=True, slots=True)
class People:
    """Names of people by id, and the addresses of those who may own an answer."""

    names: Mapping[int, str]
    emails: Mapping[int, str]

    @property
    def offered(self) -> list[str]:
        """The drop-down list of owners."""
        return [self.names[pk] for pk in self.emails]


def cell_of(field: str, asked: SheetQuestion, value: Any, people: People) -> Cell | None:
    """The ``Cell`` of a value, None for an empty one.

    A text that no cell can hold is named by ``left_out`` and stays out of the round
    trip.
    """
    if value in (None, "", []):
        return None
    kind = BY_COLUMN[field].kind
    if kind == Kind.VERDICT:
        return Cell("text", Verdict(value).label)
    if kind == Kind.PERSON:
        return Cell("text", people.names.get(value, ""))
    if kind == Kind.DAY:
        return _day_cell(value)
    if kind == Kind.VALUE:
        return _value_cell(asked, value)
    return _text_cell(value)


def meant(field: str, asked: SheetQuestion, cell: Cell | None, people: People) -> Any:
    """The value that the person wants for the field; for "value" the texts to be
    parsed.

    Raises ``ValueError`` in words for the person.
    """
    if cell and cell.kind == "formula":
        msg = f"“{cell.text[:60]}” is a formula. Write its result."
        raise ValueError(msg)
    if cell and cell.kind == "error":
        msg = f"“{cell.text[:60]}” is an error of the spreadsheet, not an answer."
        raise ValueError(msg)
    kind = BY_COLUMN[field].kind
    if kind == Kind.VERDICT:
        return _verdict(cell)
    if kind == Kind.PERSON:
        return _owner(cell, people)
    if kind == Kind.DAY:
        return _day(cell)
    if kind == Kind.VALUE:
        return _value(asked, cell)
    return _text(field, cell)


def is_left_out(cell: Cell | None) -> bool:
    """Whether a cell as it was written only says that its text does not fit."""
    return cell is not None and cell.kind == "left out"


def plain(text: str) -> str:
    """A word as it is compared: no case, plain spaces and apostrophes."""
    return " ".join(text.replace("\u2019", "'").split()).casefold()


def _text_cell(text: str) -> Cell:
    long = len(escaped(text).encode("utf-16-le", "surrogatepass")) // 2
    if long > MOST_CHARACTERS:
        said = f"Too long for a cell: {len(text):,} characters. Change it in Attest."
        return Cell("left out", said)
    if FORBIDDEN.search(text):
        said = "Holds a character that no cell can hold. Change it in Attest."
        return Cell("left out", said)
    return Cell("text", text)


def _day_cell(day: date) -> Cell:
    kind = "date" if EARLIEST <= day <= LATEST else "text"
    return Cell(kind, day.isoformat())


def _value_cell(asked: SheetQuestion, value: Any) -> Cell:
    with suppress(ValueError):  # one that its question could not hold reads as text
        if asked.kind == QuestionKind.NUMBER:
            exact = number(value)
            is_exact = len(exact.as_tuple().digits) <= EXACT_DIGITS
            return Cell("number", str(exact)) if is_exact else _text_cell(str(value))
        if asked.kind == QuestionKind.DATE:
            return _day_cell(date.fromisoformat(str(value)))
    keys: list[str] = value if isinstance(value, list) else [str(value)]
    return _text_cell("; ".join(asked.labels.get(key, key) for key in keys))


def _words(cell: Cell | None) -> str:
    return cell.text.strip() if cell else ""


def _verdict(cell: Cell | None) -> str:
    typed = _words(cell)
    if not typed:
        return Verdict.UNANSWERED.value
    words = {plain(verdict.label): verdict.value for verdict in Verdict}
    if plain(typed) not in words:
        known = ", ".join(verdict.label for verdict in Verdict)
        msg = f"“{typed[:60]}” is not one of the answers: {known}."
        raise ValueError(msg)
    return words[plain(typed)]


def _owner(cell: Cell | None, people: People) -> int | None:
    """By the name that the drop-down offers, or by the e-mail address."""
    typed = plain(_words(cell))
    if not typed:
        return None
    found = [pk for pk, email in people.emails.items() if typed in {plain(people.names[pk]), plain(email)}]
    if len(found) != 1:
        msg = (
            f"“{_words(cell)[:60]}” is not a person of this organisation. Choose from the list"
            " or write the e-mail address."
        )
        raise ValueError(msg)
    return found[0]


def _day(cell: Cell | None) -> date | None:
    typed = _words(cell)
    if not typed:
        return None
    try:
        day = datetime.fromisoformat(typed).date()
    except ValueError:
        day = None
    if day is None or (cell and cell.kind == "number"):
        msg = f"“{typed[:60]}” is not a date. Write it as 2026-12-31."
        raise ValueError(msg)
    if not date(1900, 1, 1) <= day <= LATEST:
        msg = f"“{typed[:60]}”: check the year, it has to be 1900 to 2199."
        raise ValueError(msg)
    return day


def _value(asked: SheetQuestion, cell: Cell | None) -> list[str]:
    typed = _words(cell)
    if not typed or cell is None:
        return []
    if asked.kind == QuestionKind.VERDICT:
        msg = f"{asked.key} has no value. Write it into the note."
        raise ValueError(msg)
    if asked.kind == QuestionKind.NUMBER:
        return [_number(cell)]
    if asked.kind == QuestionKind.DATE:
        day = _day(cell)
        return [day.isoformat()] if day else []
    if asked.kind == QuestionKind.TEXT:
        return [_text("value", cell)]
    keys = _chosen(asked, typed)
    if asked.kind != QuestionKind.CHOICES and len(keys) > 1:
        msg = f"{asked.key} takes one choice, not {len(keys)}."
        raise ValueError(msg)
    return keys


def _number(cell: Cell) -> str:
    """A number of the spreadsheet is exact; a text is read as one that a person types."""
    return written(Decimal(cell.text)) if cell.kind == "number" else cell.text


def _chosen(asked: SheetQuestion, typed: str) -> list[str]:
    """The keys of the labels in a text; a label may itself hold a semicolon."""
    labels = {plain(label): key for key, label in asked.labels.items()}
    rest = plain(re.sub(r"\s*[\r\n]+\s*", ";", typed)).strip("; ")
    keys: list[str] = []
    while rest:
        fit = [label for label in labels if (rest + ";").startswith(label + ";")]
        if not fit:
            known = "; ".join(asked.labels.values())
            wrong = rest if keys else typed
            msg = f"“{wrong[:60]}” is not one of the choices: {known[:300]}."
            raise ValueError(msg)
        longest = max(fit, key=len)
        keys.append(labels[longest])
        rest = rest[len(longest) :].strip("; ")
    return keys


def _text(field: str, cell: Cell | None) -> str:
    """Text as it stands; a number or a date that was typed, as it reads."""
    text = line_ends(cell.text) if cell else ""
    return checked_text(text.strip() if BY_COLUMN[field].needed_by else text)


def _bounds(bounds: Mapping[str, Any]) -> str:
    """ " of days, at most 31"."""
    unit = f" of {bounds['unit']}" if bounds.get("unit") else ""
    for key, words in (("at_most", "at most"), ("at_least", "at least")):
        if key in bounds:
            return f"{unit}, {words} {bounds[key]} to be met"
    return unit


def parsed(asked: SheetQuestion, texts: list[str]) -> Any:
    """The value of texts, as the answer keeps it; raises ``ValueError``."""
    return parse(asked.kind, texts, [key for key, _, _ in asked.choices])
