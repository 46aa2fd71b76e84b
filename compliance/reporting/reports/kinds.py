"""Chapters of each kind of report, and the questions that an extract leaves in. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from compliance.content.checklists.choices import Reading
from compliance.content.checklists.scales import Scale
from compliance.ground.web.own_languages import OwnLanguage
from compliance.reporting.reports.choices import Extract, ReportKind
from compliance.work.assessments.choices import OPEN
from compliance.work.snapshots.content import Line

PARTS: Mapping[str, tuple[str, ...]] = {
    ReportKind.FULL: (
        "summary",
        "result",
        "scope",
        "answers",
        "applicability",
        "actions",
        "evidence",
        "changes",
        "edition",
        "trail",
        "check",
    ),
    ReportKind.SUMMARY: ("summary", "result", "check"),
    ReportKind.BOARD: ("board",),
    ReportKind.PROFILE: ("profile", "check"),
    ReportKind.MATURITY: ("maturity", "check"),
    ReportKind.ACTIONS: ("gaps", "actions", "check"),
    ReportKind.APPLICABILITY: ("scope", "statement", "check"),
    ReportKind.EVIDENCE: ("evidence", "check"),
    ReportKind.CHANGES: ("changes", "edition", "check"),
    ReportKind.WORKING: ("engagement", "exceptions", "tests", "requests", "check"),
}
"""Kind to its chapters in order; ``trail`` and ``check`` are annexes.

The board report has two pages and no annex: its second page has the hashes.

``edition`` is left out where the assessment stands on the edition it came from, and
``changes`` of a full report where it was not carried forward.
"""

ANNEXES = ("clauses", "trail", "check")
"""``clauses`` is there only where it was asked for."""

OF_ASSESSMENT = [kind for kind in ReportKind if kind != ReportKind.WORKING]
"""Kinds about an assessment alone; a working paper is about the work in a seat."""

NEEDS: Mapping[str, Reading] = {
    ReportKind.PROFILE: Reading.LOWEST,
    ReportKind.MATURITY: Reading.MEAN,
}
"""Kinds that show a scale, by the way in which it is read."""


KEPT: Mapping[str, Callable[[Line], bool]] = {
    Extract.ALL: lambda line: True,
    Extract.NOT_MET: lambda line: line.verdict in {"not_met", "partly"},
    Extract.OPEN: lambda line: line.verdict in OPEN,
    Extract.NO_EVIDENCE: lambda line: line.lacks_evidence,
}
"""Extract to the question of whether it shows an answer."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """A request, with the names of a report's columns: kind, language, extract, annex.

    An extract narrows the full report only; a working paper has its auditor's seat.
    """

    kind: str = ReportKind.FULL
    language: str = OwnLanguage.ENGLISH
    extract: str = Extract.ALL
    clauses: bool = False
    seat_id: int | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        found = PARTS[self.kind]
        if not self.clauses:
            return found
        at = next(n for n, part in enumerate(found) if part in ANNEXES)
        return (*found[:at], "clauses", *found[at:])

    @property
    def is_complete(self) -> bool:
        """Whether it shows every question of the edition."""
        return self.kind == ReportKind.FULL and not self.extract

    def faults(self, scales: Iterable[Scale]) -> dict[str, str]:
        """Options that no report of an edition with those scales can have, and why."""
        found = {}
        if NEEDS.get(self.kind) not in {None, *(scale.read for scale in scales)}:
            found["kind"] = "No question of this edition is answered that way. Choose another kind."
        if self.extract and self.kind != ReportKind.FULL:
            found["extract"] = "Only the full report can be narrowed. Choose every question."
        if self.clauses and self.kind == ReportKind.BOARD:
            found["clauses"] = "The board report has two pages and no annex. Choose another kind."
        return found

    def keeps(self, line: Line) -> bool:
        """Whether the detailed part shows this question."""
        return KEPT[self.extract](line)


def offered(scales: Sequence[Scale]) -> list[ReportKind]:
    """The kinds that anybody can ask for, of an edition with those scales."""
    return [kind for kind in OF_ASSESSMENT if not ReportOptions(kind).faults(scales)]


@dataclass(frozen=True, slots=True)
class State:
    """The state that a report shows: now, as signed, or after an event of the trail."""

    revision: int | None = None
    as_of_seq: int | None = None


NOW = State()
FULL = ReportOptions()
"""The full report in English, as it is made when nobody says otherwise."""


def numbered(parts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Parts in order, each with its number, or its letter if it is an annex."""
    own = [part for part in parts if part not in ANNEXES]
    annexes = [part for part in parts if part in ANNEXES]
    return [
        *((part, str(number)) for number, part in enumerate(own, start=1)),
        *zip(annexes, ascii_uppercase, strict=False),
    ]
