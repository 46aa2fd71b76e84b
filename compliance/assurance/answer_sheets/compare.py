"""An imported row compared with the exported row and the current answer. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from compliance.assurance.answer_sheets.cells import (
    FIELDS,
    Cell,
    People,
    SheetQuestion,
    cell_of,
    is_left_out,
    meant,
    parsed,
    plain,
)
from compliance.assurance.answer_sheets.returned_rows import Refusal, SentRow
from compliance.work.assessments.answer_fields import BY_COLUMN, NEEDED, Kind
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.scoring import BESIDE, DERIVED

Values = Mapping[str, Any]


@dataclass(slots=True)
class Typed:
    """The typed values of a row: fields that differ from those written out.

    "value" holds the texts that the action parses.
    """

    values: dict[str, Any] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


def typed_in(
    row: SentRow,
    asked: SheetQuestion,
    was_asked: SheetQuestion,
    known: Values,
    people: People,
) -> Typed:
    """The fields that a person changed; a cell left as it was written is no change.

    Cells were written, and their choices named, in the words of ``was_asked``.
    """
    found = Typed()
    for name, cell in row.cells.items():
        written = cell_of(name, was_asked, known[name], people)
        if _is_untouched(name, cell, written, row):
            continue
        try:
            value = _meant(name, (asked, was_asked), cell, written, people)
            is_new = (parsed(asked, value) if name == "value" else value) != known[name]
        except ValueError as error:
            found.refused.append(Refusal(row.place(name), str(error)))
            continue
        if is_new:
            found.values[name] = value
    return found


def _meant(
    name: str,
    questions: tuple[SheetQuestion, SheetQuestion],
    cell: Cell | None,
    written: Cell | None,
    people: People,
) -> Any:
    asked, was_asked = questions
    if is_left_out(written):
        msg = f"This text of {asked.key} fits no cell. Change it in Attest."
        raise ValueError(msg)
    if name != "value" or not (asked.choices and was_asked.choices):
        return meant(name, asked, cell, people)
    keys = meant(name, replace(was_asked, kind=asked.kind), cell, people)
    for label in (was_asked.labels[key] for key in keys if _is_other(key, *questions)):
        msg = (
            f"“{label[:60]}” is no longer the same choice of {asked.key}. Answer it in"
            " Attest, or in a sheet that you download now."
        )
        raise ValueError(msg)
    return keys


def _is_other(key: str, asked: SheetQuestion, was_asked: SheetQuestion) -> bool:
    """Whether a choice is gone, or its label stands for another one by now.

    A choice that an edition only renames keeps its key.
    """
    label = plain(was_asked.labels[key])
    owners = {k for k, now in asked.labels.items() if plain(now) == label}
    return key not in asked.labels or bool(owners - {key})


def _is_untouched(name: str, cell: Cell | None, written: Cell | None, row: SentRow) -> bool:
    if cell is None and written is None:
        return True
    if cell is None:
        return False
    if name == "owner_id" and row.mark.owner and plain(cell.text) == plain(row.mark.owner):
        return True
    return written is not None and cell.text == written.text


def faults_of(
    row: SentRow, asked: SheetQuestion, known: Values, typed: Values, cleaned: Values
) -> Iterator[tuple[str, str]]:
    """Field and words of what was typed but could not be: nothing goes in silence."""
    verdict = typed.get("verdict")
    if asked.kind in DERIVED and verdict is not None and cleaned["verdict"] != verdict:
        takes_back = verdict == Verdict.UNANSWERED and known["verdict"] in BESIDE
        if not takes_back:
            value = row.place("value")
            yield (
                "verdict",
                f"The answer to {asked.key} follows from its value: change {value}.",
            )
    verdict = cleaned.get("verdict", known["verdict"])
    for wanted, one in NEEDED.items():
        if one.is_tied and typed.get(one.column) and verdict != wanted:
            yield one.column, f"“{one.heading}” goes with “{wanted.label}” only."


def in_words(name: str, asked: SheetQuestion, value: Any, people: People) -> str:
    """A value as the preview says it, "" for none."""
    if isinstance(value, date):
        return BY_COLUMN[name].words(value)
    if BY_COLUMN[name].kind == Kind.TEXT or value in (None, "", []):
        return str(value or "")
    cell = cell_of(name, asked, value, people)
    if cell is None or is_left_out(cell):
        return str(value)
    unit = asked.number.get("unit", "") if cell.kind == "number" else ""
    return f"{cell.text} {unit}".strip()


def label_of(name: str) -> str:
    """The heading of a field's column."""
    return FIELDS[name]
