"""Work that waits for a person, by kind: what is shown, and what they put away. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compliance.ground.web.urgency import Urgency, urgency
from compliance.reporting.home.choices import Kind

ICONS = {
    Kind.PUBLISH: "list-check",
    Kind.RETURNED: "arrow-back-up",
    Kind.REVIEW: "eye-check",
    Kind.COMMENT: "message-circle",
    Kind.CONFIRM: "users",
    Kind.REQUEST: "message-circle",
    Kind.ACTION: "flag",
    Kind.QUESTION: "clipboard-check",
    Kind.EVIDENCE: "paperclip",
    Kind.LAW: "calendar-event",
}
EXPIRED = "expired"
OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Need:
    """One line of "Needs you": ``on`` is when it is due, if it is.

    Without a due day it stands where ``since`` puts it, the day someone asked.
    ``thing`` names what it is about, for this person once. ``state`` is what else
    than the person's own wish brings it back once it is put away: its day, its state.
    """

    kind: Kind
    thing: str
    title: str
    detail: str
    url: str
    on: date | None = None
    since: date | None = None
    state: Sequence[object] = ()

    @property
    def place(self) -> tuple[date, str]:
        """Its place among those of its kind: the earliest day first."""
        return self.on or self.since or date.max, self.title

    @property
    def late_word(self) -> str:
        """How a day that is over is called."""
        return EXPIRED if self.kind == Kind.EVIDENCE else OVERDUE

    @property
    def stands(self) -> str:
        """The day and state that it has now, in one line."""
        return " ".join(str(one or "-") for one in (self.on, *self.state))[:200]


@dataclass(frozen=True, slots=True)
class Away:
    """Until when something is put away, and how it stood then."""

    until: date
    stands: str

    def holds(self, need: Need, today: date) -> bool:
        """Whether it stays away: its day has not come, and nothing of it changed."""
        return today < self.until and self.stands == need.stands


@dataclass(frozen=True, slots=True)
class Group:
    """The work of one kind."""

    kind: Kind
    needs: Sequence[Need]
    late: int
    soon: int

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def late_word(self) -> str:
        return self.needs[0].late_word

    @property
    def first(self) -> Sequence[Need]:
        """Those that the home page shows."""
        return self.needs[:OF_A_KIND]


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that waits for a person, and what they put away until a day."""

    groups: Sequence[Group]
    away: Sequence[tuple[Need, date]]

    @property
    def count(self) -> int:
        return sum(len(group.needs) for group in self.groups)

    @property
    def late(self) -> int:
        return sum(group.late for group in self.groups)

    @property
    def soon(self) -> int:
        return sum(group.soon for group in self.groups)

    @property
    def open_groups(self) -> Sequence[tuple[Group, bool]]:
        """The groups of the home page, and whether each stands open: the first do."""
        shown, found = 0, []
        for group in self.groups:
            found.append((group, shown < MOST))
            shown += min(len(group.needs), OF_A_KIND)
        return found


MOST = 5
"""Lines of the home page after which groups stay closed."""
OF_A_KIND = 3
"""Lines of a group on the home page."""


def sorted_out(needs: Sequence[Need], away: Mapping[str, Away], today: date) -> Work:
    """Work by kind, and apart what is put away; ``away`` is by thing."""
    waits: dict[Kind, list[Need]] = {kind: [] for kind in Kind}
    kept = []
    for need in sorted(needs, key=lambda one: one.place):
        mark = away.get(need.thing)
        if mark and mark.holds(need, today):
            kept.append((need, mark.until))
        else:
            waits[need.kind].append(need)
    groups = [_group(kind, some, today) for kind, some in waits.items() if some]
    return Work(groups, sorted(kept, key=lambda one: one[1]))


def _group(kind: Kind, needs: Sequence[Need], today: date) -> Group:
    how = [urgency(need.on, today) for need in needs]
    return Group(kind, needs, how.count(Urgency.LATE), how.count(Urgency.SOON))
