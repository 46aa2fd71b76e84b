"""Obstacles to a signature, and points to know before it. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil

from compliance.assurance.reviews.checks import Checks, Preparers, is_covered, last_of
from compliance.assurance.reviews.choices import CheckResult
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.coverage import leaves_gap
from compliance.work.snapshots.content import Content, Line, Proof, RestsOn

SHOWN = 8
"""Keys that a point names; the rest are counted."""


class Level(StrEnum):
    """How much a point weighs."""

    BLOCKS = "bad"
    WARNS = "warn"
    GOOD = "ok"


class About(StrEnum):
    """The subject of a point; the page knows where each leads."""

    UNANSWERED = "unanswered"
    DONT_KNOW = "dont-know"
    LATER = "later"
    AHEAD = "ahead"
    NA = "na"
    NO_ACTION = "no-action"
    BELOW = "below"
    AGAIN = "again"
    RETURNED = "returned"
    OWN = "own"
    OWN_FACTS = "own-facts"
    CHECKED = "checked"
    ENDS_EARLY = "ends-early"
    NO_EVIDENCE = "no-evidence"
    OVERDUE = "overdue"
    ELSEWHERE = "elsewhere"


PREPARING = {
    About.UNANSWERED,
    About.DONT_KNOW,
    About.LATER,
    About.NO_ACTION,
    About.AGAIN,
}
"""Points that only preparers can mend: they keep an assessment from review."""


@dataclass(frozen=True, slots=True)
class Point:
    """One line: what it is about, how much it weighs, in words, of which questions."""

    about: About
    level: Level
    title: str
    detail: str = ""
    keys: Sequence[str] = ()

    @property
    def blocks(self) -> bool:
        return self.level == Level.BLOCKS


def points(
    content: Content,
    today: date,
    checks: Checks,
    preparers: Preparers,
    signer_id: int | None,
    *,
    rated: Collection[str] = (),
    checked_percent: int = 0,
) -> list[Point]:
    """Everything to know, what blocks first.

    ``rated`` are the keys of questions whose answers rate and find no breach: an action
    is asked for where a duty of law is not met, and recommended where a rating is below.
    ``signer_id`` is the person who would sign: four eyes are asked of that person.
    ``checked_percent`` is the share of questions that the organisation wants checked.
    Duties that bind only after ``today`` are preparation, so those left open only warn.
    """
    bound = [one for one in content.applying if _binds(one, today)]
    ahead = [one for one in content.applying if not _binds(one, today)]
    found = [
        *_open(bound),
        *_na(content),
        *_without_action([one for one in bound if one.key not in rated]),
        *_again(content),
        *_returned(content, checks),
        *_checked(content, checks, checked_percent),
    ]
    if signer_id is not None:
        found += _own(content, checks, preparers, signer_id)
    found += [
        *_ahead(ahead),
        *_below([one for one in bound if one.key in rated]),
        *_ends_early(content),
        *_no_evidence(content),
        *_overdue(content, today),
        *_elsewhere(content),
    ]
    return sorted(found, key=lambda point: list(Level).index(point.level))


def blocking(found: Iterable[Point]) -> list[Point]:
    """Those that keep from signing."""
    return [point for point in found if point.blocks]


def _binds(line: Line, today: date) -> bool:
    return line.binds_from is None or line.binds_from <= today


def _point(
    about: About,
    lines: Sequence[Line],
    one: str,
    many: str,
    *,
    level: Level = Level.BLOCKS,
    detail: Callable[[Sequence[Line]], str] | None = None,
) -> list[Point]:
    """The point with its questions, or none without any."""
    if not lines:
        return []
    title = one if len(lines) == 1 else many.format(len(lines))
    keys = tuple(line.key for line in lines)
    return [Point(about, level, title, (detail or _named)(lines), keys)]


def _named(lines: Sequence[Line]) -> str:
    keys = [line.key for line in lines[:SHOWN]]
    more = len(lines) - SHOWN
    owners = sorted({line.owner for line in lines if line.owner})
    said = ", ".join(keys) + (f" and {more} more" if more > 0 else "") + "."
    return said + (f" Owner: {', '.join(owners[:3])}." if owners else "")


def _open(lines: Sequence[Line]) -> list[Point]:
    kinds = (
        (Verdict.UNANSWERED, About.UNANSWERED, "is unanswered", "are unanswered"),
        (Verdict.DONT_KNOW, About.DONT_KNOW, "says “don't know”", "say “don't know”"),
        (Verdict.LATER, About.LATER, "is put off", "are put off"),
    )
    found: list[Point] = []
    for verdict, about, one, many in kinds:
        left = [line for line in lines if line.verdict == verdict]
        found += _point(about, left, f"One question {one}", f"{{}} questions {many}")
    return found


def _ahead(lines: Sequence[Line]) -> list[Point]:
    left = [line for line in lines if line.verdict in {Verdict.UNANSWERED, Verdict.DONT_KNOW, Verdict.LATER}]
    return _point(
        About.AHEAD,
        left,
        "One duty that binds later is still open",
        "{} duties that bind later are still open",
        level=Level.WARNS,
    )


def _na(content: Content) -> list[Point]:
    waits = [line for line in content.applying if line.na_waits]
    return _point(
        About.NA,
        waits,
        "One “not applicable” has no second approval",
        "{} “not applicable” have no second approval",
        detail=lambda lines: (
            f"{lines[0].key}: “{lines[0].reason[:160]}” Said by {lines[0].na_by}."
            if len(lines) == 1
            else _named(lines)
        ),
    )


def _without_action(lines: Sequence[Line]) -> list[Point]:
    missing = [line for line in lines if _lacks_action(line)]
    found = _point(
        About.NO_ACTION,
        missing,
        "One “not met” has no open action with an owner and a date",
        "{} “not met” have no open action with an owner and a date",
    )
    return found or _good(About.NO_ACTION, "Every “not met” has an action with an owner and a date")


def _below(lines: Sequence[Line]) -> list[Point]:
    return _point(
        About.BELOW,
        [line for line in lines if _lacks_action(line)],
        "One rating is below what is asked, and no action is planned",
        "{} ratings are below what is asked, and no action is planned",
        level=Level.WARNS,
        detail=lambda lines: f"{_named(lines)} No law asks for more.",
    )


def _lacks_action(line: Line) -> bool:
    return line.verdict == Verdict.NOT_MET and not any(task.owner and task.due_on for task in line.open_tasks)


def _again(content: Content) -> list[Point]:
    asked = [line for line in content.applying if line.again]
    found = _point(
        About.AGAIN,
        asked,
        "One answer is to be confirmed again",
        "{} answers are to be confirmed again",
    )
    return found or _good(About.AGAIN, "All reworded and carried questions were confirmed again")


def _returned(content: Content, checks: Checks) -> list[Point]:
    """Those that also ask to be confirmed again are a point of ``_again`` already."""
    left = (line for line in content.lines if not (line.applies and line.again))
    looks = ((line, last_of(line, checks)) for line in left)
    returned = [line for line, look in looks if look and look.result == CheckResult.RETURNED]
    return _point(
        About.RETURNED,
        returned,
        "One answer is returned and has not changed since",
        "{} answers are returned and have not changed since",
    )


def _checked(content: Content, checks: Checks, percent: int) -> list[Point]:
    """The share that the organisation asks for: a look counts, whatever came of it."""
    lines = content.applying
    need = ceil(len(lines) * percent / 100)
    if not need:
        return []
    done = sum(last_of(line, checks) is not None for line in lines)
    title = f"{done} of {len(lines)} questions are checked"
    if done >= need:
        return _good(About.CHECKED, f"{title}, and {need} are asked for")
    detail = f"The policy of the organisation asks for {need} ({percent} %) before a signature."
    return [Point(About.CHECKED, Level.BLOCKS, f"{title}, {need} must be", detail)]


def _own(content: Content, checks: Checks, preparers: Preparers, signer_id: int) -> list[Point]:
    own = [
        line
        for line in content.lines
        if signer_id in preparers.get(line.key, ()) and not is_covered(line, checks, signer_id)
    ]
    return (
        _point(
            About.OWN,
            [line for line in own if line.applies],
            "You prepared one answer that no other reviewer has accepted",
            "You prepared {} answers that no other reviewer has accepted",
        )
        + _point(
            About.OWN_FACTS,
            [line for line in own if line.stands_in],
            "You chose that another assessment answers one question, and no other reviewer has accepted that",
            "You chose that another assessment answers {} questions, and no other reviewer has accepted that",
        )
        + _point(
            About.OWN_FACTS,
            [line for line in own if not line.applies and not line.stands_in],
            "You set facts so that one question does not apply, and no other reviewer has accepted that",
            "You set facts so that {} questions do not apply, and no other reviewer has accepted that",
        )
    )


def _ends_early(content: Content) -> list[Point]:
    """Evidence that ends before the period does, unless pieces cover it together."""
    early: dict[int, Proof] = {}
    keys: list[str] = []
    for line in content.applying:
        spans = [(one.covers_from, one.covers_to) for one in line.proofs if one.covers_from or one.covers_to]
        has_gap = bool(spans) and leaves_gap(spans, content.period_from, content.period_to)
        ended = [
            one
            for one in line.proofs
            if (one.expires_on and one.expires_on < content.period_to)
            or (has_gap and one.covers_to and one.covers_to < content.period_to)
        ]
        if ended:
            keys.append(line.key)
            early |= {one.number: one for one in ended}
    if not early:
        return []
    names = ", ".join(one.title for one in list(early.values())[:3])
    more = f" and {len(early) - 3} more" if len(early) > 3 else ""
    used = ", ".join(keys[:SHOWN]) + (f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else "")
    title = "Evidence ends before the period does"
    detail = f"{names}{more}. Used in {used}."
    return [Point(About.ENDS_EARLY, Level.WARNS, title, detail, tuple(keys))]


def _no_evidence(content: Content) -> list[Point]:
    lacking = [line for line in content.applying if line.lacks_evidence]
    return _point(
        About.NO_EVIDENCE,
        lacking,
        "One answer says “met” or “partly” without evidence",
        "{} answers say “met” or “partly” without evidence",
        level=Level.WARNS,
        detail=lambda lines: f"{_named(lines)} They are marked in the report.",
    )


def _overdue(content: Content, today: date) -> list[Point]:
    late = [task for task in content.tasks if task.is_open and task.due_on and task.due_on < today]
    if not late:
        return []
    title = "One action is overdue" if len(late) == 1 else f"{len(late)} actions are overdue"
    named = ", ".join(f"{task.code} {task.title}" for task in late[:3])
    more = f" and {len(late) - 3} more" if len(late) > 3 else ""
    return [Point(About.OVERDUE, Level.WARNS, title, f"{named}{more}.")]


def _elsewhere(content: Content) -> list[Point]:
    """Faults of the assessment that this one rests on: they are mended and signed there."""
    other = content.rests_on
    if other is None or not content.resting:
        return []
    name = f"“{other.subject}”"
    faults = [
        (f"{name} answers for this one and is not signed", not other.is_signed),
        (f"{name} answers for this one and is archived", other.status == "archived"),
    ]
    found = [
        Point(About.ELSEWHERE, Level.WARNS, words, _of_revision(other)) for words, holds in faults if holds
    ]
    left = [line for line, said in content.resting if said.is_open]
    found += _point(
        About.ELSEWHERE,
        left,
        f"One question is still open in {name}",
        f"{{}} questions are still open in {name}",
        level=Level.WARNS,
    )
    unmet = [line for line, said in content.resting if said.verdict == Verdict.NOT_MET]
    return found + _point(
        About.ELSEWHERE,
        unmet,
        f"One question is not met in {name}",
        f"{{}} questions are not met in {name}",
        level=Level.WARNS,
    )


def _of_revision(other: RestsOn) -> str:
    return f"Revision {other.revision}, {other.status}. It is reviewed and signed there."


def _good(about: About, title: str) -> list[Point]:
    return [Point(about, Level.GOOD, title)]
