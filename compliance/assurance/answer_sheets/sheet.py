"""A sheet of answers before it becomes a file: plain values. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.assurance.answer_sheets.cells import People, SheetQuestion

README = "Read me"
LISTS = "Lists"
ROW_HEAD = "Attest row"
KEY, QUESTION, CITATION, APPLIES, FITS = (
    "Key",
    "Question",
    "Citation",
    "Applies",
    "Value fits",
)
ASSESSMENT_ID = "Assessment id"
TRAIL = "Trail"
LONGEST_TITLE = 31
_RESERVED = {"history", README.casefold(), LISTS.casefold()}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: its id, version and question, and the values of its fields."""

    answer_id: int
    version: int
    question_id: int
    asked: SheetQuestion
    cites: str
    applies: str
    is_locked: bool
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole file. ``about`` is what the first sheet says, as name and text."""

    title: str
    about: list[tuple[str, str]]
    sections: list[tuple[str, list[Line]]]
    people: People
    written_at: datetime


_MARK = re.compile(r"(\d{1,18})(?:/(\d{1,18}))? (\d{1,9})(?: (.*))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """The hidden cell of a row: answer, version, and the owner's name then.

    ``question_id`` is the wording that was asked; older sheets do not say it.
    """

    answer_id: int
    version: int
    owner: str
    question_id: int | None = None


def row_mark(line: Line, people: People) -> str:
    """The hidden cell of a row: "12/7 3 Ada", for names and wordings change."""
    owner = people.names.get(line.values["owner_id"], "")
    return f"{line.answer_id}/{line.question_id} {line.version} {owner}".rstrip()


def read_mark(text: str) -> Mark | None:
    """A hidden cell read back, None when it is none."""
    found = _MARK.fullmatch(text.strip())
    if found is None:
        return None
    asked = int(found[2]) if found[2] else None
    return Mark(int(found[1]), int(found[3]), found[4] or "", asked)


def sheet_names(titles: Iterable[str]) -> list[str]:
    """A name for the sheet of each section: what Excel allows, and each only once."""
    names: list[str] = []
    for title in titles:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)
        plain = " ".join(plain.split()).strip("'") or "Section"
        name, number = _cut(plain, ""), 1
        while name.casefold() in {*_RESERVED, *map(str.casefold, names)}:
            number += 1
            name = _cut(plain, f" ({number})")
        names.append(name)
    return names


def _cut(title: str, ending: str) -> str:
    """As much of the title as fits with its ending, counted in UTF-16."""
    while len((title + ending).encode("utf-16-le")) // 2 > LONGEST_TITLE:
        title = title[:-1]
    return title.rstrip(" '") + ending
