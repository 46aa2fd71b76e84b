"""The rows of a bundle as the tables of their origin had them, by the keys in its trail.

A bundle calls people and rows by names of its own. Here they get the keys that the events
name: those of answers and people stand in the bundle; what belongs to a row above is found
among the rows of the fold that do, by what it leads to or by its place.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from compliance.assurance.bundles.values import values_of
from compliance.assurance.reviews.row_columns import (
    ANSWER,
    ASSESSMENT,
    ATTACHMENT,
    CHECK,
    COMMENT,
    MENTION,
    REOPENING,
    REVIEW,
    Columns,
)
from compliance.proof.audit.columns import plain
from compliance.proof.audit.projection import Rows
from compliance.work.assessments.choices import Again
from compliance.work.assessments.models import Answer

At = tuple[str, str]
Named = dict[str, Any]
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class _Part:
    """Rows of one table as they stand in ``rows.json``, with those below each.

    ``keyed`` are columns that ``_keyed`` works out. ``known_by`` is the column that no two
    rows below one have in common; without it they stand in the order in which they were made.
    """

    columns: Columns
    keyed: Sequence[str] = ()
    known_by: str = ""
    below: "Mapping[str, _Part]" = field(default_factory=dict)

    @property
    def model(self) -> type[Model]:
        return self.columns.model

    @property
    def table(self) -> str:
        return str(self.model._meta.model_name)


_ALL = _Part(
    ASSESSMENT,
    ["rests"],
    known_by="id",
    below={
        "answers": _Part(
            ANSWER,
            known_by="id",
            below={
                "attachments": _Part(ATTACHMENT, known_by="evidence_id"),
                "comments": _Part(
                    COMMENT,
                    below={"mentions": _Part(MENTION, known_by="user_id")},
                ),
            },
        ),
        "reviews": _Part(
            REVIEW,
            below={"checks": _Part(CHECK, keyed=["answer_id"])},
        ),
        "reopenings": _Part(REOPENING),
    },
)


class There:
    """The tables of one assessment; ``places`` calls each row as a fault does."""

    def __init__(
        self,
        rows: Named,
        assessment_id: str,
        answers: Mapping[str, int],
        people: Mapping[str | None, int | None],
        fold: Rows,
    ) -> None:
        """``answers`` maps keys, ``people`` references, to numbers of the trail."""
        self._people, self._fold = people, fold
        top = "assessment", assessment_id
        self.is_whole = top in fold and fold[top].is_whole
        self.places: dict[At, str] = {}
        self.tables: dict[type[Model], list[tuple[At, Named]]] = defaultdict(list)
        self.own: set[At] = {top, *(("answer", str(pk)) for pk in answers.values())}
        """Every row of the assessment that the events name."""
        self._below: dict[tuple[str, At], list[At]] = defaultdict(list)
        self._find(_ALL)
        self._put(_ALL, [_keyed(rows, assessment_id, answers, people)], None)

    def _find(self, part: _Part) -> None:
        """The rows of the fold that belong to a row above, oldest first."""
        for below in part.below.values():
            found = [at for at in self._fold if at[0] == below.table and _NUMBER.fullmatch(at[1])]
            for at in sorted(found, key=lambda at: int(at[1])):
                row = self._fold[at]
                above = part.table, str(row.values.get(f"{part.table}_id"))
                if row.is_whole and above in self.own:
                    self.own.add(at)
                    self._below[below.table, above].append(at)
            self._find(below)

    def _put(self, part: _Part, rows: Sequence[Named], above: At | None) -> None:
        names = [name for name in part.columns.values if name != "id"]
        for number, (at, row) in enumerate(self._matched(part, rows, above), 1):
            name = f"{part.model._meta.verbose_name} {number}"
            place = f"{self.places[above]}, {name}" if above else part.table
            self.places[at] = row.get("key", place)
            values = values_of(part.model, row, names)
            found = {name: plain(value) for name, value in values.items()}
            found |= {f"{name}_id": self._people[row[name]] for name in part.columns.people}
            if part.model is Answer and self._follows_action(at, found["again"]):
                del found["again"]
            self.tables[part.model].append((at, found | {n: row[n] for n in part.keyed}))
            for name, below in part.below.items():
                self._put(below, row[name], at)

    def _follows_action(self, at: At, again: str) -> bool:
        """Whether an answer differs at most by what a closed action asks.

        Before 1 December 2026 an action about answers of several running assessments
        asked by an event in the scope of none of them.
        """
        values = self._fold[at].values if at in self._fold else {}
        return {again, values.get("again", "")} <= {"", Again.ACTION}

    def _matched(self, part: _Part, rows: Sequence[Named], above: At | None) -> Iterator[tuple[At, Named]]:
        """Each row with its key there; one of its own where no event has it.

        Of a beginning that no event has, the rows that events have are the last ones.
        """
        known = self._below[part.table, above] if above else []
        new = [(part.table, f"+{len(self.places)}+{at}") for at in range(len(rows))]
        if part.known_by == "id":
            return zip(((part.table, str(row["id"])) for row in rows), rows, strict=True)
        if part.known_by:
            by = {str(self._fold[at].values.get(part.known_by)): at for at in known}
            keys = [str(row[part.known_by]) for row in rows]
            found = [by.get(key, own) for key, own in zip(keys, new, strict=True)]
        elif self.is_whole:
            found = [*known, *new[len(known) :]]
        else:
            found = [*new[len(known) :], *known]
        return zip(found, rows, strict=False)


def _keyed(
    rows: Named,
    assessment_id: str,
    answers: Mapping[str, int],
    people: Mapping[str | None, int | None],
) -> Named:
    """The assessment with all that is below it, led to by the keys of there."""
    ids = [answers[row["key"]] for row in rows["answers"]]
    return {
        **rows["assessment"],
        "id": assessment_id,
        "rests": rows.get("rests_on") is not None,
        "answers": [
            row
            | {
                "id": pk,
                "attachments": [one | {"evidence_id": one["evidence"]} for one in row["attachments"]],
                "comments": [
                    one | {"mentions": [{"user": p, "user_id": people[p]} for p in one["mentions"]]}
                    for one in row["comments"]
                ],
            }
            for pk, row in zip(ids, rows["answers"], strict=True)
        ],
        "reviews": [
            row | {"checks": [one | {"answer_id": ids[one["answer"]]} for one in row["checks"]]}
            for row in rows["reviews"]
        ],
        "reopenings": rows["reopenings"],
    }
