"""The board report: two pages, whose every sentence follows from the figures. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext

from compliance.reporting.reports import findings
from compliance.reporting.reports.board_pages import Board, Decision, Quarter, Tile
from compliance.reporting.reports.paper import Paper, steps_since
from compliance.reporting.results.levels import ScaleResult, is_staged
from compliance.templatetags.paper import isolated, short
from compliance.templatetags.ui import day, long_day
from compliance.work.snapshots.content import Line, Task

TILES, ASKED, DAYS, QUARTERS = 6, 4, 4, 4
"""So many of each have room on two pages, however long the rest is; others are counted."""


def board_of(paper: Paper) -> Board:
    """The board report of a paper that is in words already."""
    result = paper.result
    lines = result.answers
    gaps = [lines[one.key] for one in findings.not_met(result.law)]
    below = [row for scale in result.scales for row in findings.scale_view(result, scale).gaps]
    parts = [(one.title, one.counts) for one in result.law.sections]
    rows = findings.counted_rows(parts)
    rows.sort(key=lambda row: (-row.counts.weights[2], -row.counts.weight))
    quarters = _quarters(paper)
    board = Board(
        headline=_headline(paper),
        sentences=_sentences(paper),
        tiles=list(_tiles(paper))[:TILES],
        decisions=list(_decisions(paper))[:ASKED],
        gaps=gaps,
        gap_count=len(gaps),
        below=below,
        below_count=len(below),
        sections=rows,
        section_count=len(rows),
        quarters=quarters,
        later=len(paper.open_tasks) - sum(len(one.tasks) for one in quarters),
        days=min(len(paper.later), DAYS),
        has_logo=bool(paper.look.logo),
    )
    return board.fitted


def _headline(paper: Paper) -> str:
    law = paper.result.law
    said = []
    for scale in paper.result.scales:
        said.append(findings.headline(scale))
        if not is_staged(scale.scale) and findings.below(scale):
            said[-1] = gettext("%(level)s, below our minimum") % {"level": said[-1]}
    if law.counts.not_met and law.counts.open:
        words = gettext("Duties not met: %(count)s, still open: %(open)s of %(total)s")
        numbers = {"open": law.counts.open, "total": law.counts.total}
        said.append(words % {"count": law.counts.not_met, **numbers})
    elif law.counts.not_met:
        words = gettext("Duties not met: %(count)s")
        said.append(words % {"count": law.counts.not_met})
    elif law.counts.total and law.counts.open:
        said.append(gettext("Duties still open: %(count)s") % {"count": law.counts.open})
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
        says = gettext("not met: %(count)s") % {"count": counts.not_met}
        if counts.open:
            says += ", " + gettext("open: %(count)s") % {"count": counts.open}
        small = gettext("duties that bind: %(total)s; in part: %(partly)s")
        numbers = {"total": counts.total, "partly": counts.partly}
        yield Tile(gettext("Do we keep the law?"), says, small % numbers)
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
    if law.ahead:
        first = min(one.binds_from for one in law.ahead if one.binds_from)
        yield Tile(
            gettext("What binds next?"),
            gettext("To prepare: %(count)s") % {"count": len(law.ahead)},
            gettext("the first from %(day)s") % {"day": long_day(first)},
        )
    if paper.content.carried_from:
        yield _trend_tile(paper)


def _sure_tile(paper: Paper) -> Tile:
    """Answers that are proved for the whole period: of the law, or else of the scales."""
    scales, counts = paper.result.scales, paper.result.law.counts
    if counts.total or not scales:
        sure, of = counts.proved, counts.met
        words = gettext("met: %(count)s; proved by evidence for the whole audit period")
    else:
        sure, of = (sum(one.proved for one in scales), sum(s.answered for s in scales))
        words = gettext("answered: %(count)s; proved by evidence for the whole audit period")
    says = gettext("Proved: %(count)s") % {"count": sure}
    return Tile(gettext("How sure are we?"), says, words % {"count": of})


def _scale_tile(scale: ScaleResult) -> Tile:
    tile = _level_tile(scale)
    if not scale.gaps:
        return tile
    words = gettext("criteria below our minimum or target: %(count)s")
    return replace(tile, small=f"{tile.small}; {words % {'count': len(scale.gaps)}}")


def _level_tile(scale: ScaleResult) -> Tile:
    if is_staged(scale.scale):
        small = gettext("lowest stage: %(stage)s") % {"stage": scale.level_name or gettext("none")}
        return Tile(gettext("How mature are we?"), findings.headline(scale), small)
    small = gettext("no minimum is set")
    if scale.has_targets or scale.beyond:
        numbers = {"count": scale.reached, "total": len(scale.groups)}
        small = gettext("at or above our minimum: %(count)s of %(total)s") % numbers
    asks = gettext("Which level is reached?")
    return Tile(asks, scale.level_name or gettext("none"), small)


def _decisions(paper: Paper) -> Iterator[Decision]:
    """Matters that wait for someone, the gravest first."""
    for scale in paper.result.levels:
        if found := findings.below(scale):
            words = gettext("Raise to our minimum, or accept the risk until a day:")
            yield Decision(words, [short(g.group.title) for g in found])
    for words, matters in _waiting(paper):
        if matters:
            yield Decision(words, matters)
    if paper.signature is None:
        yield Decision(gettext("Have this state reviewed and signed."), [])
    elif paper.signature.is_void:
        yield Decision(gettext("Have it signed again: the signature is void."), [])


def _waiting(paper: Paper) -> Iterator[tuple[str, list[str]]]:
    """The sentence for each kind of what waits, and the matters with their people."""
    lines = paper.result.answers
    gaps = [lines[one.key] for one in findings.not_met(paper.result.law)]
    yield (
        gettext("Name an owner and a day for what is not met and has no open action:"),
        [_proposed(line) for line in gaps if not line.open_tasks],
    )
    late = [task for task in paper.open_tasks if task.number in paper.overdue]
    yield gettext("Move or finish what is overdue:"), [_named(task) for task in late]
    yield (
        gettext("Give an owner to:"),
        [_named(task) for task in paper.open_tasks if not task.owner],
    )
    duties = [lines[one.key] for one in paper.result.law.open]
    yield gettext("Have the open duties answered:"), [_proposed(one) for one in duties]
    yield (
        gettext("Have a second person confirm “not applicable”:"),
        [_proposed(line) for line in paper.na_waiting],
    )


def _proposed(line: Line) -> str:
    """ "G017b Access requests (Bruno Maier, 12 Dec 2026)": who proposes, and by when."""
    return _matter(line.key, line.title, line.owner, line.due_on)


def _named(task: Task) -> str:
    return _matter(task.code, task.title, task.owner, task.due_on)


def _matter(key: str, title: str, owner: str, due_on: date | None) -> str:
    who = isolated(short(owner)) if owner else gettext("nobody")
    until = day(due_on) if due_on else gettext("no date")
    return f"{isolated(key)} {isolated(short(title))} ({who}, {until})"


def _quarters(paper: Paper) -> list[Quarter]:
    """Open actions by the quarter in which they are due; what is late comes first."""
    found: dict[tuple[int, int], list[Task]] = {}
    this = _quarter(paper.day)
    for task in sorted(paper.open_tasks, key=lambda one: one.due_on or date.max):
        if task.due_on:
            found.setdefault(max(_quarter(task.due_on), this), []).append(task)
    words = gettext("Quarter %(quarter)s of %(year)s")
    return [
        Quarter(words % {"quarter": quarter, "year": year}, tasks)
        for (year, quarter), tasks in sorted(found.items())[:QUARTERS]
    ]


def _quarter(on: date) -> tuple[int, int]:
    return on.year, (on.month + 2) // 3


def _trend(paper: Paper) -> Counter[str]:
    """Verdicts beside those of the assessment before."""
    found: Counter[str] = Counter()
    for line in paper.content.applying:
        steps = steps_since(line)
        if steps is None:
            found["other"] += 1
        else:
            found["same" if not steps else "better" if steps > 0 else "worse"] += 1
    return found


def _trend_tile(paper: Paper) -> Tile:
    trend = _trend(paper)
    numbers = {name: trend[name] for name in ("better", "worse", "same", "other")}
    small = gettext("since %(earlier)s; the same: %(same)s, without a verdict then or now: %(other)s")
    return Tile(
        gettext("Are we getting better?"),
        gettext("better: %(better)s, worse: %(worse)s") % numbers,
        small % {"earlier": isolated(short(paper.content.carried_from)), **numbers},
    )
