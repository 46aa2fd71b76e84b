"""The answers of an assessment as an XLSX file. Same content, same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from compliance.assurance.answer_sheets.cells import FIELDS, Cell, People, cell_of
from compliance.assurance.answer_sheets.sheet import (
    APPLIES,
    CITATION,
    FITS,
    KEY,
    LISTS,
    QUESTION,
    README,
    ROW_HEAD,
    Line,
    Paper,
    row_mark,
    sheet_names,
)
from compliance.content.checklists.choices import QuestionKind
from compliance.content.formats.escapes import is_typed
from compliance.content.formats.workbooks import packed, put_text
from compliance.work.assessments.answer_fields import TYPED, Kind
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.scoring import BESIDE, DERIVED

HEADS = [ROW_HEAD, KEY, QUESTION, CITATION, APPLIES, FIELDS["verdict"]]
HEADS += [FIELDS["value"], FITS, *list(FIELDS.values())[2:]]
_WIDTHS = {
    Kind.VERDICT: 14,
    Kind.VALUE: 24,
    Kind.TEXT: 60,
    Kind.PERSON: 30,
    Kind.DAY: 12,
}
WIDTHS = {
    KEY: 9,
    QUESTION: 60,
    CITATION: 22,
    APPLIES: 16,
    FITS: 26,
} | {field.heading: _WIDTHS[field.kind] for field in TYPED}
_DAYS = {field.heading for field in TYPED if field.kind == Kind.DAY}
DAY_FORMAT, NUMBER_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "General", "@"
_HOW = [
    "Fill in the white cells of the other sheets. The grey ones are locked.",
    "Save the file as .xlsx and take it in where you downloaded it. Before anything is"
    " saved you see every change, every conflict and every cell that is refused.",
    "A cell that you leave alone changes nothing, even if colleagues have written here"
    " in the meantime. A cell that you clear deletes its text.",
    "Write dates as 2026-12-31. Text may begin with =, +, - or @: it stays text.",
    "Leave the rows where they are or sort them: each row is tied to its"
    " question. Rows, columns and sheets that you add are ignored.",
]
_WORDS = [
    ("Met", "The organisation does what the question asks for, and evidence shows it."),
    ("Partly", "It is partly in place. The note says what is missing."),
    ("Not met", "It is not there."),
    ("N/A", "A person says that it does not apply. A reason is needed, and a second"),
    ("Don't know", "Someone looked and could not decide. The question stays open."),
    ("Later", "It is postponed. “Later until” is the day until which it waits."),
    ("Unanswered", "Nobody has answered yet."),
    ("Does not apply", "A rule of the checklist says so; its row is locked."),
]
_WORDS[3] = (_WORDS[3][0], f"{_WORDS[3][1]} person confirms it in Attest.")


def file_of(paper: Paper) -> bytes:
    """The XLSX: “Read me”, a sheet for each section, and the lists of its drop-downs."""
    book = Workbook()
    first = book.active
    first.title = README
    styles = _styles(book)
    _readme(first, paper, styles)
    lists = _Lists(book.create_sheet(LISTS))
    names = sheet_names(title for title, _ in paper.sections)
    for name, (_, lines) in zip(names, paper.sections, strict=True):
        _section(book.create_sheet(name), lines, paper.people, lists, styles)
    book.move_sheet(lists.sheet, len(names))
    lists.sheet.sheet_state = "hidden"
    lists.sheet.protection.sheet = True
    book.active = 1 if names else 0
    first.sheet_view.tabSelected = not names
    return packed(book, paper.title, paper.written_at)


class _Lists:
    """The hidden sheet of what drop-downs offer; equal lists stand there once."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.ranges: dict[tuple[str, ...], str] = {}

    def range_of(self, words: Sequence[str]) -> str:
        wanted = tuple(words)
        if wanted not in self.ranges:
            column = len(self.ranges) + 1
            for row, word in enumerate(wanted, 1):
                put_text(self.sheet.cell(row, column), word)
            letter = get_column_letter(column)
            self.ranges[wanted] = f"{LISTS}!${letter}$1:${letter}${len(wanted) or 1}"
        return self.ranges[wanted]


def _styles(book: Workbook) -> dict[str, Any]:
    """Name to a style that cells share."""
    scratch = book.active
    edge = Side(style="thin", color="D5D9E0")
    border = Border(left=edge, right=edge, top=edge, bottom=edge)
    top = Alignment(vertical="top", wrap_text=True)

    def style(*, is_open: bool, form: str = TEXT_FORMAT, **more: Any) -> Any:
        cell = SheetCell(scratch, 1, 1)
        cell.alignment, cell.border, cell.number_format = top, border, form
        cell.protection = Protection(locked=not is_open)
        if not is_open:
            cell.fill = PatternFill("solid", fgColor="F1F3F6")
        for name, value in more.items():
            setattr(cell, name, value)
        return cell._style

    bold = partial(Font, name="Calibri", size=11, bold=True)
    return {
        "head": style(
            is_open=False,
            font=bold(color="FFFFFF"),
            fill=PatternFill("solid", fgColor="1F2A44"),
        ),
        "locked": style(is_open=False),
        "text": style(is_open=True),
        "typed": style(is_open=True, quotePrefix=True),
        "date": style(is_open=True, form=DAY_FORMAT),
        "number": style(is_open=True, form=NUMBER_FORMAT),
        "title": style(is_open=False, font=bold(size=14)),
        "strong": style(is_open=False, font=bold()),
    }


def _readme(sheet: Any, paper: Paper, styles: Mapping[str, Any]) -> None:
    rows: list[tuple[str, str]] = [("", paper.title), ("", "")]
    rows += [(str(number), text) for number, text in enumerate(_HOW, 1)]
    rows += [("", ""), *_WORDS, ("", ""), *paper.about]
    for number, pair in enumerate(rows, 1):
        for column, text in enumerate(pair, 1):
            cell = sheet.cell(number, column)
            put_text(cell, text)
            cell._style = copy(styles["strong" if column == 1 else "locked"])
    sheet["B1"]._style = copy(styles["title"])
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 100
    sheet.protection.sheet = True
    _on_paper(sheet)


def _section(
    sheet: Any,
    lines: Sequence[Line],
    people: People,
    lists: _Lists,
    styles: Mapping[str, Any],
) -> None:
    for column, head in enumerate(HEADS, 1):
        cell = sheet.cell(1, column)
        put_text(cell, head)
        cell._style = copy(styles["head"])
        sheet.column_dimensions[cell.column_letter].width = WIDTHS.get(head, 10)
    sheet.column_dimensions["A"].hidden = True
    for row, line in enumerate(lines, 2):
        for column, (head, value) in enumerate(_cells(line, people), 1):
            _fill(sheet.cell(row, column), line, head, value, styles)
    for drop_down, ranges in _offers(lines, people, lists):
        sheet.add_data_validation(drop_down)
        for cells in ranges:
            drop_down.add(cells)
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = f"B1:{get_column_letter(len(HEADS))}{len(lines) + 1}"
    _protect(sheet)


def _cells(line: Line, people: People) -> Iterator[tuple[str, Cell | str | None]]:
    """Heading and content of each cell of a row: text where it is locked."""
    asked = line.asked
    cell = partial(cell_of, asked=asked, people=people)
    fixed = {
        ROW_HEAD: row_mark(line, people),
        KEY: asked.key,
        QUESTION: asked.text,
        CITATION: line.cites,
        APPLIES: line.applies,
        FITS: asked.fits,
    }
    fields = {head: field for field, head in FIELDS.items()}
    for head in HEADS:
        if head in fixed:
            yield head, fixed[head]
        else:
            field = fields[head]
            yield head, cell(field, value=line.values[field])


def _fill(
    cell: Any,
    line: Line,
    head: str,
    value: Cell | str | None,
    styles: Mapping[str, Any],
) -> None:
    is_value = head == FIELDS["value"]
    is_fixed = isinstance(value, str) or line.is_locked
    if is_fixed or (is_value and line.asked.kind == QuestionKind.VERDICT):
        style = "locked"
    elif head in _DAYS or (is_value and line.asked.kind == QuestionKind.DATE):
        style = "date"
    elif is_value and line.asked.kind == QuestionKind.NUMBER:
        style = "number"
    elif isinstance(value, Cell) and is_typed(value.text):
        style = "typed"
    else:
        style = "text"
    if value:
        _put(cell, value if isinstance(value, Cell) else Cell("text", value))
    cell._style = copy(styles[style])
    if value and style == "locked" and isinstance(value, Cell) and value.kind == "date":
        cell.number_format = DAY_FORMAT


def _put(cell: Any, content: Cell) -> None:
    if content.kind == "date":
        cell.value = date.fromisoformat(content.text)
    elif content.kind == "number":
        number = float(content.text)
        cell.value = int(number) if number.is_integer() else number
    else:
        put_text(cell, content.text)


def _offers(
    lines: Sequence[Line], people: People, lists: _Lists
) -> Iterator[tuple[DataValidation, list[str]]]:
    """A drop-down, with the ranges it holds for."""
    letters = {head: get_column_letter(at) for at, head in enumerate(HEADS, 1)}
    found: dict[str, dict[str, list[int]]] = {}

    def offer(words: Sequence[str], field: str, row: int) -> None:
        columns = found.setdefault(lists.range_of(words), {})
        columns.setdefault(letters[FIELDS[field]], []).append(row)

    for row, line in enumerate(lines, 2):
        if line.is_locked:
            continue
        offer(_verdicts(line), "verdict", row)
        if line.asked.kind in {QuestionKind.CHOICE, QuestionKind.STAGE}:
            offer(list(line.asked.labels.values()), "value", row)
        if people.offered:
            offer(people.offered, "owner_id", row)
    for formula, columns in found.items():
        ranges = [r for letter, rows in columns.items() for r in _ranges(letter, rows)]
        yield _drop_down(formula), ranges


def _ranges(letter: str, rows: Sequence[int]) -> Iterator[str]:
    """ "F2:F4" for rows that follow each other: one attribute holds them all."""
    for _, pairs in groupby(enumerate(rows), lambda pair: pair[1] - pair[0]):
        run = [row for _, row in pairs]
        yield f"{letter}{run[0]}:{letter}{run[-1]}"


def _verdicts(line: Line) -> list[str]:
    """Verdicts to choose from: of a derived kind only those beside its value."""
    verdicts = [v for v in Verdict if v != Verdict.UNANSWERED]
    if line.asked.kind in DERIVED:
        kept = {*BESIDE, line.values["verdict"]}
        verdicts = [v for v in verdicts if v in kept]
    return [str(v.label) for v in (*verdicts, Verdict.UNANSWERED)]


def _drop_down(formula: str) -> DataValidation:
    return DataValidation(
        type="list",
        formula1=formula,
        allow_blank=True,
        showErrorMessage=True,
        errorTitle="Not in the list",
        error="Choose one from the list.",
    )


def _protect(sheet: Any) -> None:
    """Locks what is not for filling in, without a password; widths stay free."""
    sheet.protection.sheet = True
    for freed in ("formatColumns", "formatRows", "autoFilter", "sort"):
        setattr(sheet.protection, freed, False)
    _on_paper(sheet)
    sheet.print_title_rows = "1:1"


def _on_paper(sheet: Any) -> None:
    """Printed on A4, as wide as a page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
