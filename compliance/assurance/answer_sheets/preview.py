"""The preview of an imported spreadsheet: counts, and texts side by side."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from compliance.assurance.answer_sheets.events import ASSESSMENT_IMPORTED, IMPORT_UNDONE
from compliance.assurance.answer_sheets.import_plan import Entry, Pick, Plan, Shown
from compliance.content.checklists.diff import word_diff
from compliance.ground.web.text import counted
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.answer_fields import WORDED
from compliance.work.assessments.models import Assessment
from compliance.work.bulk.actions import PutBack

MOST = 2_000
"""Conflicts, refusals and remarks that a page lists; the rest is counted."""
LAST = 5
NAMED = 20
_TEXTS = {field.column for field in WORDED}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an answer: before and after, as a word diff where it is a text."""

    shown: Shown
    words: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Showing:
    """A plan as its page lists it; ``page`` are the entries of one page.

    ``picks`` are the conflicts in which the file's side is chosen already.
    """

    plan: Plan
    page: Iterable[Entry] = ()
    picks: Collection[Pick] = ()

    @property
    def changes(self) -> Iterator[tuple[Entry, list[FieldChange]]]:
        for entry in self.page:
            yield entry, [_field_change(shown) for shown in entry.changes]

    @property
    def conflicts(self) -> list[tuple[Entry, Shown, bool]]:
        """The first of them, and whether the file's side is chosen.

        The rest keep what is here.
        """
        every = (
            (e, shown, (e.answer.pk, shown.name) in self.picks)
            for e in self.plan.clashing
            for shown in e.conflicts
        )
        return list(islice(every, MOST))

    @property
    def more_conflicts(self) -> int:
        return max(0, self.plan.conflict_count - MOST)

    @property
    def refused(self) -> list[Any]:
        return self.plan.refused[:MOST]

    @property
    def more_refused(self) -> int:
        return max(0, len(self.plan.refused) - MOST)

    @property
    def ignored(self) -> list[str]:
        return self.plan.ignored[:MOST]

    @property
    def more_ignored(self) -> int:
        return max(0, len(self.plan.ignored) - MOST)

    @property
    def done(self) -> str:
        """The saved answers, in one line."""
        plan = self.plan
        said = f"{counted(len(plan.changing), 'answer')} changed"
        kept = sum(len(entry.kept) for entry in plan.entries)
        if kept:
            said += f", {counted(kept, 'conflict')} kept the version here"
        if plan.refused:
            said += f", {len(plan.refused)} refused"
        return f"{said}."


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file that was taken in: its event, what that says, and its undo if it had one."""

    event: Event
    undone: Event | None
    file_name: str
    answers: int
    kept: int
    refused: int


def taken_in(assessment: Assessment) -> list[TakenIn]:
    """The last files that were taken in, newest first."""
    events = trail.events_of(assessment.organisation_id).filter(
        scope_id=assessment.pk, action__in=[ASSESSMENT_IMPORTED, IMPORT_UNDONE]
    )
    found: list[TakenIn] = []
    undone: dict[int, Event] = {}
    for event in events[: 3 * LAST]:
        _, after = trail.changes(event)
        if event.action == IMPORT_UNDONE:
            undone.setdefault(after["event"], event)
            continue
        numbers = (after[name] for name in ("answers", "kept", "refused"))
        found.append(TakenIn(event, undone.get(event.seq), after["title"], *numbers))
    return found[:LAST]


def undo_in_words(back: PutBack) -> str:
    """ "38 answers put back. Changed again since, so left alone: A1, A2."."""
    count = len(back.done)
    said = f"{counted(count, 'answer')} put back."
    if not back.left:
        return said if count else "There is nothing to undo: it is as before."
    keys = ", ".join(back.left[:NAMED])
    if len(back.left) > NAMED:
        keys += f" and {len(back.left) - NAMED} more"
    left = f"Changed again since, so left alone: {keys}."
    return f"{said} {left}" if count else left


def _field_change(shown: Shown) -> FieldChange:
    is_text = shown.name in _TEXTS and shown.before and shown.after
    return FieldChange(shown, word_diff(shown.before, shown.after) if is_text else [])
