"""The content of one person's digest: only what is theirs, and nothing a second time.

A date is listed when it is near, and once more when it is late; one that moved, or that
more questions hang on than before, is listed again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import fill

from django.utils.translation import gettext, ngettext

from compliance.ground.web.mail import absolute, one_line
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Membership
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark
from compliance.reporting.calendar.models import Reminders, Rules
from compliance.reporting.calendar.queries import entries, kind_of, marks, nobodys, own
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.templatetags.ui import day as day_of

SOON, FAR = timedelta(days=7), timedelta(days=30)
_AHEAD = {Kind.LAW: FAR, Kind.EVIDENCE: FAR}
"""How long before its day a mail names a date; all others a week."""
MOST = 20
"""Dates of one part; the others are counted."""
WIDTH = 76
"""Signs of a line (RFC 5322, 2.1.1 wants no more than 78)."""
NEAR, LATE, ESCALATED, NOBODYS = "near", "late", "escalated", "nobody"
_ESCALATES = {Kind.ANSWER, Kind.LATER, Kind.ACTION, Kind.REVIEW, Kind.AUDITOR}
type SentEarlier = Mapping[str, tuple[str, int]]
"""Date to the stage and the number of questions that the last mail gave for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One date as a mail has it: ``address`` is its page, to be opened from anywhere.

    ``text`` is the day and the title in lines that no mail program breaks.
    """

    day: date
    title: str
    detail: str
    address: str
    text: str

    @classmethod
    def of(cls, entry: Entry) -> "Line":
        """Without line ends and signs that nobody sees, which could pose as other lines."""
        title, detail = one_line(entry.title), one_line(entry.detail)
        said = fill(
            f"- {day_of(entry.day)}  {title}",
            WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        return cls(entry.day, title, detail, absolute(entry.path), said)


@dataclass(frozen=True, slots=True)
class Part:
    """Dates under one heading, and how many more there are."""

    heading: str
    lines: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Digest:
    """The parts that have something new; ``stages`` is what to remember once it went out."""

    parts: list[Part]
    stages: dict[str, tuple[str, int]]
    count: int
    escalated: int

    @property
    def subject(self) -> str:
        said = ngettext("%(count)s date for you", "%(count)s dates for you", self.count)
        return said % {"count": self.count}


def digest_of(scope: DateScope, reminders: Reminders, rules: Rules, membership: Membership) -> Digest:
    """The digest of a person on ``scope.today``, in the language that is active."""
    before = {name: tuple(said) for name, said in reminders.told.items()}
    near = {_name(m): m for m in own(scope, reminders.user) if _stage(m, scope)}
    left, others = {}, {}
    if _answers_for_it(membership):
        left = {f"{NOBODYS} {_name(m)}": m for m in nobodys(scope) if _stage(m, scope)}
        known = [*near.values(), *left.values()]
        others = {f"{ESCALATED} {_name(m)}": m for m in _escalated(scope, rules, known)}
    stands = {
        name: (ESCALATED if name in others else _stage(mark, scope), mark.questions)
        for name, mark in (near | left | others).items()
    }

    def fresh(some: Mapping[str, Mark]) -> list[Mark]:
        return [mark for name, mark in some.items() if _is_news(stands[name], before.get(name))]

    theirs, unowned, asked = fresh(near), fresh(left), fresh(others)
    parts = [
        *_own_parts(scope, theirs),
        *_part(scope, gettext("Work that nobody has"), unowned),
        *_part(scope, _late_by(rules), asked),
    ]
    count = len(theirs) + len(unowned) + len(asked)
    return Digest(parts, stands, count, len(asked))


def _name(mark: Mark) -> str:
    return f"{mark.source} {mark.pk} {mark.day}"


def _stage(mark: Mark, scope: DateScope) -> str:
    """Near, late, or nothing yet; law that binds already is no news."""
    kind = kind_of(mark)
    if mark.day < scope.today:
        return "" if kind == Kind.LAW else LATE
    return NEAR if mark.day <= scope.today + _AHEAD.get(kind, SOON) else ""


def _is_news(now: tuple[str, int], before: tuple[str, int] | None) -> bool:
    return before is None or now[0] != before[0] or now[1] > before[1]


def _escalated(scope: DateScope, rules: Rules, known: Iterable[Mark]) -> Iterator[Mark]:
    """Work of others that has been late for so many days; ``known`` is listed already."""
    if rules.escalate_days is None:
        return
    last = scope.today - timedelta(days=rules.escalate_days)
    listed: Counter[str] = Counter()
    for mark in known:
        listed[_name(mark)] += mark.questions
    for mark in marks(scope):
        is_late = mark.day <= last and kind_of(mark) in _ESCALATES
        if is_late and mark.questions > listed[_name(mark)]:
            yield mark


def _answers_for_it(membership: Membership) -> bool:
    """An officer; an owner where the organisation has no officer."""
    if membership.role != Role.OWNER:
        return membership.role == Role.OFFICER
    officers = Membership.objects.filter(
        organisation=membership.organisation_id,
        role=Role.OFFICER,
        user__is_active=True,
    )
    return not officers.exists()


def _own_parts(scope: DateScope, fresh: list[Mark]) -> list[Part]:
    def those(*kinds: Kind, is_late: bool = False) -> list[Mark]:
        return [mark for mark in fresh if (mark.day < scope.today) == is_late and kind_of(mark) in kinds]

    work = [kind for kind in Kind if kind not in _AHEAD]
    found = [
        (gettext("Late"), those(*Kind, is_late=True)),
        (gettext("The next seven days"), those(*work)),
        (gettext("Evidence that runs out within 30 days"), those(Kind.EVIDENCE)),
        (gettext("The law within 30 days"), those(Kind.LAW)),
    ]
    return [part for heading, some in found for part in _part(scope, heading, some)]


def _late_by(rules: Rules) -> str:
    days = rules.escalate_days or 0
    said = ngettext(
        "Work of others that is late by %(count)s day or more",
        "Work of others that is late by %(count)s days or more",
        days,
    )
    return said % {"count": days}


def _part(scope: DateScope, heading: str, some: list[Mark]) -> list[Part]:
    """A part for some dates, and none where there are none."""
    if not some:
        return []
    lines = [Line.of(one) for one in entries(scope, some[:MOST])]
    return [Part(heading, lines, len(some) - len(lines))]
