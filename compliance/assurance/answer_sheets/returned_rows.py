"""The rows of an imported file, as rows of answers. Pure.

Nothing is dropped silently: ``ignored`` lists everything that is no answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from compliance.assurance.answer_sheets.cells import FIELDS, Cell
from compliance.assurance.answer_sheets.sheet import (
    APPLIES,
    ASSESSMENT_ID,
    CITATION,
    FITS,
    KEY,
    LISTS,
    QUESTION,
    ROW_HEAD,
    Mark,
    read_mark,
)

HEAD_ROWS = 5
"""How far down the headings may stand, if someone put rows above them."""
_LOCKED = {KEY, QUESTION, CITATION, APPLIES, FITS, ROW_HEAD}


class SheetError(ValueError):
    """Why a file is no sheet of answers, in words for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something: its sheet, its number, its cells by column letter."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused cell, as "Sheet!D14", and why."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row of an answer: what its hidden cell says, and its cells by field.

    A field whose column is missing in the sheet is not in ``columns``.
    """

    sheet: str
    number: int
    mark: Mark
    key: str
    question: str
    columns: Mapping[str, str]
    cells: Mapping[str, Cell | None]

    def place(self, field_name: str) -> str:
        """ "Deployers!D14"."""
        return f"{self.sheet}!{self.columns.get(field_name, 'B')}{self.number}"


@dataclass(slots=True)
class Sent:
    """A whole file: rows of answers, rows that are none, and what was passed over."""

    assessment_id: str = ""
    rows: list[SentRow] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def sort_out(rows: Iterable[Row]) -> Sent:
    """The rows of answers in a file. Raises ``SheetError`` when it has none."""
    sheets: dict[str, list[Row]] = {}
    for row in rows:
        sheets.setdefault(row.sheet, []).append(row)
    sent = Sent(_assessment_id(sheets))
    if not sent.assessment_id:
        msg = (
            "The file does not say which assessment it belongs to. Download the"
            " sheet again and fill that in; keep its sheet “Read me”."
        )
        raise SheetError(msg)
    for name, found in sheets.items():
        _sheet(sent, name, [row for row in found if row.number])
    _refuse_twins(sent)
    return sent


def _assessment_id(sheets: Mapping[str, list[Row]]) -> str:
    for rows in sheets.values():
        for row in rows:
            name, text = row.cells.get("A"), row.cells.get("B")
            if name and text and name.text.strip() == ASSESSMENT_ID:
                return text.text.strip()
    return ""


def _sheet(sent: Sent, name: str, rows: list[Row]) -> None:
    head = next((row for row in rows[:HEAD_ROWS] if _is_head(row)), None)
    if head is None:
        is_readme = any(row.cells.get("A", Cell("", "")).text == ASSESSMENT_ID for row in rows)
        if rows and name != LISTS and not is_readme:
            sent.ignored.append(f"Sheet “{name[:40]}” holds no answers.")
        return
    columns = _columns(sent, head)
    for row in rows:
        if row.number > head.number:
            _row(sent, row, columns)


def _is_head(row: Row) -> bool:
    words = {cell.text.strip() for cell in row.cells.values()}
    return KEY in words and bool(words & set(FIELDS.values()))


def _columns(sent: Sent, head: Row) -> dict[str, str]:
    """Heading to the letter of its column; reports what is strange, twice or missing."""
    columns: dict[str, str] = {}
    for letter, cell in head.cells.items():
        text, place = cell.text.strip(), f"{head.sheet}!{letter}{head.number}"
        if text not in _LOCKED | set(FIELDS.values()):
            sent.ignored.append(f"{place}: “{text[:40]}” is not a column of this sheet.")
        elif text in columns:
            sent.ignored.append(f"{place}: a second column “{text}”.")
        columns.setdefault(text, letter)
    missing = [h for h in FIELDS.values() if h not in columns]
    sent.ignored += [f"{head.sheet}: column “{h}” is missing." for h in missing]
    return columns


def _row(sent: Sent, row: Row, columns: Mapping[str, str]) -> None:
    def text(heading: str) -> str:
        cell = row.cells.get(columns.get(heading, ""))
        return cell.text.strip() if cell else ""

    mark = read_mark(text(ROW_HEAD))
    key = text(KEY)
    if mark is None:
        first = next(iter(row.cells))
        if key:
            words = (
                f"{key[:40]}: the hidden column “{ROW_HEAD}” is missing or damaged, so"
                " changes cannot be detected. Download the sheet again."
            )
            sent.refused.append(Refusal(f"{row.sheet}!{first}{row.number}", words))
        else:
            sent.ignored.append(f"{row.sheet}!{first}{row.number}: a row of no question.")
        return
    for letter in set(row.cells) - set(columns.values()):
        sent.ignored.append(f"{row.sheet}!{letter}{row.number}: outside the columns.")
    fields = {f: columns[h] for f, h in FIELDS.items() if h in columns}
    cells = {f: row.cells.get(letter) for f, letter in fields.items()}
    sent.rows.append(SentRow(row.sheet, row.number, mark, key, text(QUESTION), fields, cells))


def _refuse_twins(sent: Sent) -> None:
    """Rows that stand for the same answer: which one was meant, nobody can know."""
    counts = Counter(row.mark.answer_id for row in sent.rows)
    for row in sent.rows:
        if counts[row.mark.answer_id] > 1:
            words = f"{row.key[:40]} is in more than one row. Keep one of them."
            sent.refused.append(Refusal(row.place("key"), words))
    sent.rows = [row for row in sent.rows if counts[row.mark.answer_id] == 1]
