"""The tables as the trail has them: the fold of the rows in the events of a chain. Pure.

The ``rows`` of an event's content:

    {"new": {"answer": [[["question_id", "verdict"], [17, 4, "met"], [18, 5, "met"]]]},
     "set": {"answer": [[["version"], [12, 3]]]},
     "texts": {"answer": {"12": {"note": "Kept since May."}}},
     "gone": {"attachment": [[4, 5]]},
     "said": [["verdict"]]}

"new" and "set" have a list for each set of columns: their names, then primary key and
values of each row. A new row leaves out what is blank. "said" are columns of the event's
subject whose values stand in ``after``.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from compliance.proof.audit.leaves import ERASED, is_left


class RecordedEvent(NamedTuple):
    """An event, as far as the fold reads it."""

    seq: int
    subject: tuple[str, str]
    content: Mapping[str, Any]
    action: str = ""


class Row:
    """A row as the events left it, and the newest event that changed it.

    A fold may hold very many: rows with the same columns share the list of them, and
    equal words are there once.
    """

    __slots__ = ("_cells", "_places", "is_whole", "seq")

    def __init__(self, *, is_whole: bool) -> None:
        """``is_whole``: the events have it from its beginning."""
        self._places: Mapping[str, int] = {}
        self._cells: list[Any] = []
        self.is_whole = is_whole
        self.seq = 0

    @property
    def values(self) -> Mapping[str, Any]:
        """Column to value; ``put`` changes them."""
        return MappingProxyType(dict(zip(self._places, self._cells, strict=True)))

    def put(self, values: Mapping[str, Any]) -> None:
        """Set some columns."""
        places, cells = self._places, self._cells
        if values.keys() <= places.keys():
            for name, value in values.items():
                cells[places[name]] = _once(value)
            return
        now = {**dict(zip(places, cells, strict=True)), **values}
        self._places = _places(tuple(now))
        self._cells = list(now.values())  # as long as it is, without room to grow
        self._cells[:] = map(_once, self._cells)


@cache
def _places(names: tuple[str, ...]) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(names)}


_WORD = 40
"""Characters of a text that is likely to be there again: a word, an id, a moment."""


def _once(value: Any) -> Any:
    return _same(value) if type(value) is str and len(value) <= _WORD else value


@lru_cache(4096)
def _same(word: str) -> str:
    return word


At = tuple[str, str]
"""Table and primary key, as text."""
Rows = dict[At, Row]


def project(events: Iterable[RecordedEvent], rows: Rows | None = None) -> Rows:
    """Fold events, in order, into rows; on from ``rows`` when they are given."""
    found: Rows = {} if rows is None else rows
    for event in events:
        for at, values in made(event):
            _put(found, at, values, event.seq, is_new=True)
        for at, values in changed(event):
            _put(found, at, values, event.seq)
        for table, (pks,) in event.content.get("rows", {}).get("gone", {}).items():
            for pk in pks:
                found.pop((table, str(pk)), None)
    return found


def made(event: RecordedEvent) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """The rows that an event made: their columns but for texts, and those left blank."""
    return _grouped(event, "new")


def _grouped(event: RecordedEvent, kind: str) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for table, groups in event.content.get("rows", {}).get(kind, {}).items():
        for names, *rows in groups:
            for pk, *values in rows:
                yield (table, str(pk)), dict(zip(names, values, strict=True))


def changed(event: RecordedEvent) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """The columns that an event set in rows that are there."""
    yield from _grouped(event, "set")
    said = event.content.get("rows", {})
    for table, texts in said.get("texts", {}).items():
        for pk, values in texts.items():
            yield (table, pk), values
    if names := said.get("said"):
        after = event.content["after"]
        yield event.subject, {name: after[name] for name in names[0]}


def touched(event: RecordedEvent) -> Iterator[At]:
    """The rows that an event made, changed or deleted."""
    yield from (at for at, _ in made(event))
    yield from (at for at, _ in changed(event))
    for table, (pks,) in event.content.get("rows", {}).get("gone", {}).items():
        yield from ((table, str(pk)) for pk in pks)


def erased(rows: Rows) -> set[tuple[At, str]]:
    """The cells whose text is erased: their row, and the column."""
    return {(at, name) for at, row in rows.items() for name, value in row.values.items() if _is_erased(value)}


def _is_erased(value: Any) -> bool:
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return any(map(_is_erased, inner))
    return value is ERASED


def put_left(rows: Rows, later: Iterable[RecordedEvent], erasing: Container[int]) -> None:
    """Let erased cells have what their erasing left, where nothing changed them before.

    ``later`` are the events that follow, in order, ``erasing`` the numbers of those that
    erased.
    """
    lost = erased(rows)
    for event in later if lost else ():
        for at, values in changed(event):
            for cell in [(at, name) for name in values if (at, name) in lost]:
                lost.discard(cell)
                if event.seq in erasing:
                    rows[at].put({cell[1]: values[cell[1]]})


def _put(
    found: Rows,
    at: At,
    values: Mapping[str, Any],
    seq: int,
    *,
    is_new: bool = False,
) -> None:
    row = found.get(at)
    if row is None or is_new:
        row = found[_same(at[0]), at[1]] = Row(is_whole=is_new)
    row.put(values)
    row.seq = seq


class How(StrEnum):
    """In which way a row is not as the events left it."""

    CHANGED = "changed"
    PUT_IN = "put in"
    TAKEN_AWAY = "taken away"


class Unlike(NamedTuple):
    """A row that is not as the events left it, and the newest event that changed it.

    ``columns`` are those that differ; none where the whole row was put in or taken away.
    """

    at: tuple[str, str]
    seq: int
    how: How
    columns: tuple[str, ...] = ()


Stands = Iterable[tuple[tuple[str, str], Mapping[str, Any]]]
"""Rows beside the trail: table and primary key, and columns as JSON has them."""


def compared(stands: Stands, fold: Rows, blanks: Mapping[str, Any], *, is_whole: bool) -> Iterator[Unlike]:
    """Rows of one table that are not as the events left them; all leave ``fold``.

    A text that was erased is like any that an erasing can have left. ``blanks`` has for each
    column the value that new rows leave out, ``...`` where they have it always.
    ``is_whole``: the events have every row of the table. A row left in ``fold``
    afterwards was taken away.
    """
    for at, values in stands:
        row = fold.pop(at, None)
        if row is None:
            if is_whole:
                yield Unlike(at, 0, How.PUT_IN)
            continue
        said = row.values
        wrong = tuple(
            name
            for name, value in values.items()
            if (_differs(said[name], value) if name in said else _is_set(row, value, blanks[name]))
        )
        if wrong:
            yield Unlike(at, row.seq, How.CHANGED, wrong)


def _differs(said: Any, value: Any) -> bool:
    is_text = said is ERASED and isinstance(value, str)
    return bool(said != value) or (is_text and value != "" and not is_left(value))


def _is_set(row: Row, value: Any, blank: Any) -> bool:
    """Whether a column that no event has differs from what new rows leave out."""
    if value is None and blank is not ...:
        return blank is not None
    return row.is_whole and blank is not ... and bool(value != blank)
