"""The board report: two pages, whose every sentence follows from the figures. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from compliance.reports import findings
from compliance.reports.paper import Paper
from compliance.results.levels import ScaleResult, is_staged
from compliance.snapshots.content import Line, Task
from compliance.templatetags.paper import isolated
from compliance.templatetags.ui import long_day

TILES, ASKED, GAPS, SECTIONS, DAYS, QUARTERS, IN_QUARTER = 4, 4, 5, 6, 4, 4, 3
"""So many of each have room on two pages; the others are counted."""
_RANK = {"not_met": 0, "partly": 1, "met": 2}


@dataclass(frozen=True, slots=True)
class Tile:
    """A question of a board, its answer in a few words, and what stands behind it."""

    asks: str
    says: str
    small: str


@dataclass(frozen=True, slots=True)
class Quarter:
    """Open actions that are due in one quarter; ``more`` are not named."""

    name: str
    tasks: list[Task]
    more: int


@dataclass(frozen=True)
class Board:
    """Everything on the two pages."""

    headline: str
    sentences: list[str]
    tiles: list[Tile]
    decisions: list[str]
    gaps: list[Line]
    gap_count: int
    sections: list[findings.CountedRow]
    section_count: int
    quarters: list[Quarter]
    later: int
    since: str


def board_of(paper: Paper) -> Board:
    """The board report of a paper that is in words already."""
    result = paper.result
    lines = result.answers
    gaps = [lines[one.key] for one in findings.not_met(result.law)]
    gaps += [lines[gap.criterion.key] for scale in result.scales for gap in scale.gaps]
    parts = [(one.title, one.counts) for one in result.law.sections]
    rows = findings.counted_rows(parts)
    rows.sort(key=lambda row: (-row.counts.weights[2], -row.counts.weight))
    return Board(
        headline=_headline(paper),
        sentences=_sentences(paper),
        tiles=list(_tiles(paper))[:TILES],
        decisions=list(_decisions(paper))[:ASKED],
        gaps=gaps[:GAPS],
        gap_count=len(gaps),
        sections=rows[:SECTIONS],
        section_count=len(rows),
        quarters=(quarters := _quarters(paper)),
        later=len(paper.open_tasks) - sum(len(q.tasks) + q.more for q in quarters),
        since=_since(paper),
    )


def _headline(paper: Paper) -> str:
    law = paper.result.law
    said = []
    for scale in paper.result.scales:
        said.append(findings.headline(scale))
        if not is_staged(scale.scale) and findings.below(scale):
            said[-1] = gettext("%(level)s, below our minimum") % {"level": said[-1]}
    if law.counts.not_met:
        words = gettext("Duties not met: %(count)s")
        said.append(words % {"count": law.counts.not_met})
    elif law.counts.total and law.counts.open:
        said.append(
            gettext("Duties still open: %(count)s") % {"count": law.counts.open}
        )
    elif law.counts.total:
        said.append(gettext("No duty that binds is unmet"))
    return ". ".join(said[:2]) or gettext("Nothing binds on this day")


def _sentences(paper: Paper) -> list[str]:
    law = paper.result.law
    said = [
        sentence
        for scale in paper.result.scales[:1]
        for sentence in findings.scale_view(paper.result, scale).sentences[:2]
    ]
    return [*said, *findings.law_sentences(law)[: 4 - len(said)]]


def _tiles(paper: Paper) -> Iterator[Tile]:
    law, counts = paper.result.law, paper.result.law.counts
    if counts.total or not paper.result.scales:
        yield Tile(
            gettext("Do we keep the law?"),
            gettext("not met: %(count)s") % {"count": counts.not_met},
            gettext("duties that bind: %(total)s; in part: %(partly)s, open: %(open)s")
            % {"total": counts.total, "partly": counts.partly, "open": counts.open},
        )
    for scale in paper.result.scales:
        yield _scale_tile(scale)
    yield _sure_tile(paper)
    nobody = sum(not task.owner for task in paper.open_tasks)
    yield Tile(
        gettext("Who acts?"),
        gettext("Open actions: %(count)s") % {"count": len(paper.open_tasks)},
        gettext("overdue: %(overdue)s, without an owner: %(nobody)s")
        % {"overdue": len(paper.overdue), "nobody": nobody},
    )
    yield Tile(
        gettext("What binds next?"),
        gettext("To prepare: %(count)s") % {"count": len(law.ahead)},
        gettext("the first from %(day)s")
        % {"day": long_day(min(one.binds_from for one in law.ahead if one.binds_from))}
        if law.ahead
        else gettext("no duty waits for a later day"),
    )


def _sure_tile(paper: Paper) -> Tile:
    """Answers that are proved for the whole period: of the law, or else of the scales."""
    scales, counts = paper.result.scales, paper.result.law.counts
    if counts.total or not scales:
        sure, of = counts.proved, counts.met
        words = gettext("met: %(count)s; proved by evidence for the whole audit period")
    else:
        sure, of = (sum(one.proved for one in scales), sum(s.answered for s in scales))
        words = gettext(
            "answered: %(count)s; proved by evidence for the whole audit period"
        )
    says = gettext("Proved: %(count)s") % {"count": sure}
    return Tile(gettext("How sure are we?"), says, words % {"count": of})


def _scale_tile(scale: ScaleResult) -> Tile:
    if is_staged(scale.scale):
        small = gettext("lowest stage: %(stage)s") % {
            "stage": scale.level_name or gettext("none")
        }
        return Tile(gettext("How mature are we?"), findings.headline(scale), small)
    small = gettext("no minimum is set")
    if scale.has_targets or scale.beyond:
        numbers = {"count": scale.reached, "total": len(scale.groups)}
        small = gettext("at or above our minimum: %(count)s of %(total)s") % numbers
    asks = gettext("Which level is reached?")
    return Tile(asks, scale.level_name or gettext("none"), small)


def _decisions(paper: Paper) -> Iterator[str]:
    """Matters that wait for someone, the gravest first."""
    for scale in paper.result.levels:
        if found := findings.below(scale):
            names = ", ".join(findings.named_short(g.group.title) for g in found[:3])
            words = gettext(
                "Raise %(names)s to our minimum, or accept the risk until a day."
            )
            yield words % {"names": names}
    for count, words in _waiting(paper):
        if count:
            yield words % {"count": count}
    if paper.signature is None:
        yield gettext("Have this state reviewed and signed.")
    elif paper.signature.is_void:
        yield gettext("Have it signed again: the signature is void.")


def _waiting(paper: Paper) -> list[tuple[int, str]]:
    """Numbers of what waits, each with the sentence for it."""
    return [
        (
            sum(not line.open_tasks for line in paper.gaps),
            gettext(
                "Name an owner and a day: unmet duties without an open action:"
                " %(count)s."
            ),
        ),
        (
            len(paper.overdue),
            gettext("Move or finish overdue actions: %(count)s."),
        ),
        (
            sum(not task.owner for task in paper.open_tasks),
            gettext("Give an owner to open actions: %(count)s."),
        ),
        (
            paper.result.law.counts.open,
            gettext("Have the open duties answered: %(count)s."),
        ),
        (
            len(paper.na_waiting),
            gettext("Have a second person confirm “not applicable”: %(count)s."),
        ),
    ]


def _quarters(paper: Paper) -> list[Quarter]:
    """Open actions by the quarter in which they are due; what is late comes first."""
    found: dict[tuple[int, int], list[Task]] = {}
    this = _quarter(paper.day)
    for task in sorted(paper.open_tasks, key=lambda one: one.due_on or date.max):
        if task.due_on:
            found.setdefault(max(_quarter(task.due_on), this), []).append(task)
    words = gettext("Quarter %(quarter)s of %(year)s")
    return [
        Quarter(
            words % {"quarter": quarter, "year": year},
            tasks[:IN_QUARTER],
            len(tasks[IN_QUARTER:]),
        )
        for (year, quarter), tasks in sorted(found.items())[:QUARTERS]
    ]


def _quarter(on: date) -> tuple[int, int]:
    return on.year, (on.month + 2) // 3


def _since(paper: Paper) -> str:
    """Verdicts beside those of the assessment before; "" where there is none."""
    content = paper.content
    if not content.carried_from:
        return ""
    found: Counter[str] = Counter()
    for line in content.applying:
        then, now = (
            _RANK.get(v) for v in (line.then.verdict if line.then else "", line.verdict)
        )
        if then is None or now is None:
            found["other"] += 1
        else:
            found["same" if then == now else "better" if now > then else "worse"] += 1
    words = gettext(
        "Since %(earlier)s: better %(better)s, worse %(worse)s, the same %(same)s;"
        " without a verdict then or now %(other)s."
    )
    return words % {
        "earlier": isolated(content.carried_from),
        **{name: found[name] for name in ("better", "worse", "same", "other")},
    }
