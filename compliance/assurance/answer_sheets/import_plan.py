"""The plan of importing a sheet: worked out for the preview, and again when it is done.

Both times the same function on the same rules as a save by hand, so that what is done
is what was shown. Changes nothing.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError

from compliance.assurance.answer_sheets.cells import People, SheetQuestion
from compliance.assurance.answer_sheets.compare import (
    faults_of,
    in_words,
    label_of,
    typed_in,
)
from compliance.assurance.answer_sheets.returned_rows import Refusal, Sent, SentRow
from compliance.identity.organisations.models import User
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.models import Event
from compliance.work.assessments.answer_fields import BY_COLUMN
from compliance.work.assessments.following import cleaned, settled, touched_of
from compliance.work.assessments.models import Answer
from compliance.work.assessments.writing import Change, alter

Pick = tuple[int, str]
"""Answer and field of a conflict in which the file's side is wanted."""


@dataclass(frozen=True, slots=True)
class CurrentAnswer:
    """An answer as it stands, what is asked, and both as they were written out.

    ``events`` are those that set each field last; ``is_behind`` says that the question
    was reworded since.
    """

    answer: Answer
    asked: SheetQuestion
    was_asked: SheetQuestion
    known: Mapping[str, Any]
    events: Mapping[str, Event]
    is_behind: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One field in words, before and after.

    ``event`` is the one that set it last, where both sides changed it. ``also`` are the
    fields that change with it and that colleagues have changed, too.
    """

    name: str
    place: str
    before: str
    after: str
    event: Event | None = None
    also: tuple["Shown", ...] = ()

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def sheet(self) -> str:
        return self.place.rpartition("!")[0]

    @property
    def cell(self) -> str:
        return self.place.rpartition("!")[2]


@dataclass(frozen=True, slots=True)
class Entry:
    """The fate of one answer. ``touched`` is what its fields are set to.

    ``waits`` says that it would be an N/A that a second person has to confirm,
    ``is_behind`` that the file shows it under earlier words.
    """

    answer: Answer
    asked: SheetQuestion
    touched: Mapping[str, Any]
    changes: list[Shown]
    conflicts: list[Shown]
    kept: Mapping[str, Any]
    waits: bool
    is_behind: bool


@dataclass(slots=True)
class Plan:
    """The effect of a file. ``conflicts`` say what is here now, and what the file says."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    rows: int = 0
    missing: int = 0
    refused_rows: int = 0

    @property
    def changing(self) -> list[Entry]:
        """Entries that change something."""
        return [entry for entry in self.entries if entry.changes]

    @property
    def clashing(self) -> list[Entry]:
        """Entries of which a field was changed here meanwhile."""
        return [entry for entry in self.entries if entry.conflicts]

    @property
    def field_count(self) -> int:
        return sum(len(entry.changes) for entry in self.entries)

    @property
    def conflict_count(self) -> int:
        return sum(len(entry.conflicts) for entry in self.entries)

    @property
    def untouched(self) -> int:
        """Rows of the file that change nothing: left as written, or so here already."""
        return self.rows - len(self.entries) - self.refused_rows

    @property
    def digest(self) -> str:
        """One hash of everything that is shown: another one means that the base moved."""
        entries = [
            [
                e.answer.pk,
                [_parts(s) for s in e.changes],
                [_parts(s) for s in e.conflicts],
            ]
            for e in self.entries
        ]
        refused = [[refusal.place, refusal.words] for refusal in self.refused]
        text = canonical([entries, refused])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Setting:
    """The importer, possible owners of an answer, and the fields in which the file wins."""

    by: User
    people: People
    picks: Collection[Pick] = ()


def plan(sent: Sent, standing: Mapping[int, CurrentAnswer], total: int, setting: Setting) -> Plan:
    """The effect of the rows of a file on the stored answers.

    In a conflict the answer here is kept, unless the setting picks it. ``total`` is
    how many questions the assessment has.
    """
    found = Plan(refused=list(sent.refused), ignored=list(sent.ignored))
    for row in sent.rows:
        one = standing.get(row.mark.answer_id)
        fault = _row_fault(row, one)
        if one is None or fault:
            found.refused.append(Refusal(row.place("key"), fault))
            continue
        found.rows += 1
        if row.question and _words(row.question) != _words(one.asked.text):
            found.ignored.append(
                f"{row.sheet}, row {row.number}: {one.asked.key} has other words here"
                " than in the file. Questions cannot be imported."
            )
        _compare(found, row, one, setting)
    found.missing = total - found.rows
    return found


def _row_fault(row: SentRow, one: CurrentAnswer | None) -> str:
    """Why a row as a whole is not taken in, "" when it may be."""
    key = row.key[:40] or "This row"
    if one is None:
        return f"{key} is not a question of this assessment."
    if row.key and row.key != one.asked.key:
        return f"The row says {key}, but it was written for {one.asked.key}."
    if row.mark.version > one.answer.version:
        return f"{key} was written out in a version that does not exist here."
    return ""


def _compare(found: Plan, row: SentRow, one: CurrentAnswer, setting: Setting) -> None:
    typed = typed_in(row, one.asked, one.was_asked, one.known, setting.people)
    found.refused += typed.refused
    if not typed.values:
        found.refused_rows += bool(typed.refused)
        return
    first = row.place(next(iter(typed.values)))
    if not one.answer.applies:
        words = f"{one.asked.key} does not apply: its answer stays as it is."
        found.refused.append(Refusal(first, words))
        found.refused_rows += 1
        return
    refused = len(found.refused) - len(typed.refused)
    try:
        entry = _entry(found, row, one, typed.values, setting)
    except ValidationError as error:
        found.refused += _refusals(row, error, first)
        found.refused_rows += 1
        return
    if entry.changes or entry.conflicts:
        found.entries.append(entry)
    else:
        found.refused_rows += len(found.refused) > refused


def _entry(
    found: Plan,
    row: SentRow,
    one: CurrentAnswer,
    typed: dict[str, Any],
    setting: Setting,
) -> Entry:
    answer, known = one.answer, one.known
    faults = dict(faults_of(row, one.asked, known, typed, cleaned(answer, typed)))
    found.refused += [Refusal(row.place(name), words) for name, words in faults.items()]
    typed = {name: value for name, value in typed.items() if name not in faults}
    typed, known = _not_here(one, typed)
    wanted = settled(answer, touched_of(answer, typed, known))
    clash = _clashes(answer, typed, known, wanted)
    kept = {name for name in clash if (answer.pk, name) not in setting.picks}
    taken = {name: value for name, value in typed.items() if name not in kept}
    final = settled(answer, touched_of(answer, taken, known))
    _refuse_torn(answer, final, kept)
    altered = copy(answer)
    change = alter(setting.by, altered, final)

    def shown(name: str, before: Any, after: Any) -> Shown:
        old, new = (in_words(name, one.asked, value, setting.people) for value in (before, after))
        return Shown(name, row.place(name), old, new)

    return Entry(
        answer,
        one.asked,
        final,
        _changes(answer, final, change, shown),
        [
            replace(
                shown(name, getattr(answer, name), wanted[name]),
                event=next((one.events[n] for n in (name, *also) if n in one.events), None),
                also=tuple(shown(n, getattr(answer, n), wanted[n]) for n in also),
            )
            for name, also in clash.items()
        ],
        {name: wanted[name] for name in clash if name in kept},
        waits=change is not None and "na_by" in change.columns and bool(altered.na_by),
        is_behind=one.is_behind,
    )


def _not_here(one: CurrentAnswer, typed: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The typed fields without those that stand here so already, which count as known."""
    answer, known = one.answer, dict(one.known)
    wanted = settled(answer, touched_of(answer, typed, known))
    same = {n for n in typed if n in wanted and getattr(answer, n) == wanted[n]}
    known |= {name: getattr(answer, name) for name in same}
    return {name: value for name, value in typed.items() if name not in same}, known


def _clashes(
    answer: Answer,
    typed: Mapping[str, Any],
    known: Mapping[str, Any],
    wanted: Mapping[str, Any],
) -> dict[str, list[str]]:
    """The typed fields that would undo what is newer here, with those that follow them.

    As in a save by hand it does not matter whether a field was typed or follows: a
    value also ends a "later". Answer, reason, day and a value that decides clash
    together, since each means something with the others only.
    """
    newer = [n for n, v in wanted.items() if getattr(answer, n) not in (known[n], v)]
    follow = [name for name in newer if name not in typed]
    clash: dict[str, list[str]] = {name: [] for name in typed if name in newer}
    if follow or "verdict" in clash:
        said = [n for n in typed if n in wanted and _is_said(answer, n)]
        clash |= {name: [] for name in said} | dict.fromkeys(said[:1], follow)
    return clash


def _is_said(answer: Answer, name: str) -> bool:
    """Whether a field is the answer, goes with it, or decides it."""
    decides = name == "value" and answer.kind_is_derived
    return decides or BY_COLUMN[name].is_of_verdict


def _refuse_torn(answer: Answer, final: Mapping[str, Any], kept: Collection[str]) -> None:
    """Sides are chosen field by field: what is kept may not follow from what is taken."""
    words = "It follows from the other side of this row. Choose the same side for both."
    torn = [n for n in kept if final.get(n, getattr(answer, n)) != getattr(answer, n)]
    if torn:
        raise ValidationError(dict.fromkeys(torn, words))


def _changes(answer: Answer, final: Mapping[str, Any], change: Change | None, shown: Any) -> list[Shown]:
    if change is None:
        return []
    return [
        shown(name, getattr(answer, name), value) for name, value in final.items() if name in change.after
    ]


def _refusals(row: SentRow, error: ValidationError, first: str) -> list[Refusal]:
    if not hasattr(error, "error_dict"):
        return [Refusal(first, " ".join(error.messages))]
    return [
        Refusal(row.place(name), f"{' '.join(words)} The row is left as it is.")
        for name, words in error.message_dict.items()
    ]


def _parts(shown: Shown) -> Sequence[Any]:
    return [shown.name, shown.before, shown.after, *map(_parts, shown.also)]


def _words(text: str) -> str:
    return " ".join(text.split())
