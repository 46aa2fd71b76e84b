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

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from compliance.audit.leaves import ERASED


class Told(NamedTuple):
    """An event, as far as the fold reads it."""

    seq: int
    subject: tuple[str, str]
    content: Mapping[str, Any]


class Row:
    """A row as the events left it, and the newest event that changed it."""

    __slots__ = ("is_whole", "seq", "values")

    def __init__(self, *, is_whole: bool) -> None:
        """``is_whole``: the events have it from its beginning."""
        self.values: dict[str, Any] = {}
        self.is_whole = is_whole
        self.seq = 0


Rows = dict[tuple[str, str], Row]
"""Table and primary key, as text, to the row."""


def project(events: Iterable[Told], rows: Rows | None = None) -> Rows:
    """Fold events, in order, into rows; on from ``rows`` when they are given."""
    found: Rows = {} if rows is None else rows
    for event in events:
        said = event.content.get("rows")
        if not said:
            continue
        for at, values, is_new in _changed(said):
            _put(found, at, values, event.seq, is_new=is_new)
        if names := said.get("said"):
            after = event.content["after"]
            values = {name: after[name] for name in names[0]}
            _put(found, event.subject, values, event.seq)
        for table, (pks,) in said.get("gone", {}).items():
            for pk in pks:
                found.pop((table, str(pk)), None)
    return found


def _changed(
    said: Mapping[str, Any],
) -> Iterator[tuple[tuple[str, str], Mapping[str, Any], bool]]:
    for kind in ("new", "set"):
        for table, groups in said.get(kind, {}).items():
            for names, *rows in groups:
                for pk, *values in rows:
                    pairs = zip(names, values, strict=True)
                    yield (table, str(pk)), dict(pairs), kind == "new"
    for table, texts in said.get("texts", {}).items():
        for pk, values in texts.items():
            yield (table, pk), values, False


def _put(
    found: Rows,
    at: tuple[str, str],
    values: Mapping[str, Any],
    seq: int,
    *,
    is_new: bool = False,
) -> None:
    row = found.get(at)
    if row is None or is_new:
        row = found[at] = Row(is_whole=is_new)
    row.values.update(values)
    row.seq = seq


def unlike(row: Row, column: str, value: Any, blank: Any) -> bool:
    """Whether a column of a table is not as the trail has it.

    ``blank`` is the value that new rows leave out. An erased text is like any.
    """
    if column in row.values:
        return row.values[column] is not ERASED and row.values[column] != value
    return row.is_whole and blank is not ... and value != blank
