"""Subjects or organisations side by side: a row for each measure, a column for each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from compliance.reporting.results.law import Counts
from compliance.reporting.results.levels import BEYOND
from compliance.reporting.results.stands import Stand
from compliance.reporting.results.summary_figures import Figures, ScaleFigures
from compliance.templatetags.ui import day
from compliance.work.assessments.choices import AssessmentStatus, Filter


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure with the words below it, and where it leads.

    Without a figure ``text`` is "", and the words say why.

    ``mark`` is "notmet", "met" or "": red stands for what is below or not met, and is
    said in words as well.
    """

    text: str
    small: str
    url: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row; ``part`` says what it is measured against."""

    name: str
    part: str
    cells: list[Cell | None]
    """None where the column has no assessment of the checklist."""


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one checklist; a column without it has one cell for all of them."""

    title: str
    measures: list[Measure]


@dataclass(frozen=True, slots=True)
class Column:
    """A subject, or an organisation; ``small`` says more of it."""

    name: str
    small: str
    url: str
    stands: list[Stand]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Columns and blocks of rows."""

    columns: list[Column]
    blocks: list[Block]


_Say = Callable[[Stand], Cell]
_Rank = Callable[[Stand], tuple[int, ...]]


def matrix(columns: Sequence[Column]) -> Matrix:
    """The matrix of some columns; checklists in the order of their themes.

    A column with several assessments of a checklist shows the one that is worst by that
    measure, and says so.
    """
    rows = [stand for column in columns for stand in column.stands]
    lists = {stand.assessment.edition.checklist_id: stand for stand in rows}
    order = sorted(
        lists,
        key=lambda pk: (
            lists[pk].assessment.edition.checklist.theme.position,
            lists[pk].assessment.edition.checklist.title,
            pk,
        ),
    )
    blocks = []
    for pk in order:
        own = [[one for one in c.stands if one.assessment.edition.checklist_id == pk] for c in columns]
        title = lists[pk].assessment.edition.checklist.title
        blocks.append(Block(title, list(_measures(own))))
    return Matrix(list(columns), blocks)


def _measures(own: list[list[Stand]]) -> Iterable[Measure]:
    """The rows of a checklist: ``own`` has its assessments by column."""
    every = [stand for some in own for stand in some]
    scales = {scale.key: scale for one in every for scale in one.figures.scales}
    for scale in scales.values():
        yield _row(
            own,
            scale.name,
            "steps to our targets" if scale.is_staged else "against our minimum",
            _scale_cell(scale.key),
            _scale_rank(scale.key),
        )
    has_law = any(_binds(one.figures) for one in every)
    if has_law:
        yield _row(own, "Not met", "of the duties that bind now", _law, _law_rank)
    if any(one.figures.to_prepare for one in every):
        yield _row(
            own,
            "To prepare",
            "binds later",
            _ahead,
            lambda one: (one.figures.to_prepare,),
        )
    if not scales and not has_law:
        yield _row(own, "Met", "of recommended practice", _practice, _practice_rank)
    yield _row(own, "Signature", "", _signature, _signature_rank)


def _row(own: list[list[Stand]], name: str, part: str, say: _Say, rank: _Rank) -> Measure:
    return Measure(name, part, [_cell(some, say, rank) for some in own])


def _cell(some: list[Stand], say: _Say, rank: _Rank) -> Cell | None:
    if not some:
        return None
    worst = max(some, key=rank)
    cell = say(worst)
    if len(some) == 1:
        return cell
    named = f"{worst.assessment.subject}, the worst of {len(some)}"
    return Cell(cell.text, f"{cell.small}; {named}", cell.url, cell.mark)


def _binds(figures: Figures) -> bool:
    return bool(figures.law.total or figures.law.na)


def counts_rank(counts: Counts) -> tuple[int, ...]:
    """How grave some counts are: more not met first, then more in part, then more open."""
    return counts.not_met, counts.partly, counts.open


def scale_rank(scale: ScaleFigures | None) -> tuple[int, ...]:
    """How low a scale stands: more below the target first, then a lower level."""
    if scale is None or scale.level is None:
        return -1, 0, 0
    return len(scale.below), scale.steps, -scale.level


def _law_rank(one: Stand) -> tuple[int, ...]:
    return counts_rank(one.figures.law)


def _law(one: Stand) -> Cell:
    law = one.figures.law
    if not law.total:
        small = f"all {law.na} not applicable" if law.na else "nothing binds now"
        return Cell("", small, one.result)
    if law.open == law.total:
        return Cell("", f"0 of {law.total} answered", one.answers)
    small = f"of {law.total}" + (f", {law.open} open" if law.open else "")
    if law.not_met:
        url = f"{one.answers}?show={Filter.NOT_MET}"
        return Cell(str(law.not_met), small, url, "notmet")
    return Cell("0", small, one.result, "" if law.open else "met")


def _ahead(one: Stand) -> Cell:
    figures = one.figures
    url = f"{one.answers}?show={Filter.AHEAD}"
    if not figures.to_prepare:
        return Cell("0", "nothing binds later", url)
    return Cell(str(figures.to_prepare), f"from {day(figures.ahead[0].on)}", url)


def _practice(one: Stand) -> Cell:
    counts = one.figures.practice
    if not counts.total:
        return Cell("", "no question counts", one.result)
    return Cell(str(counts.met), f"of {counts.total}, {counts.open} open", one.result)


def _practice_rank(one: Stand) -> tuple[int, ...]:
    return counts_rank(one.figures.practice)


def scale_of(figures: Figures, key: str) -> ScaleFigures | None:
    """A scale by its key."""
    return next((scale for scale in figures.scales if scale.key == key), None)


def _scale_rank(key: str) -> _Rank:
    return lambda one: scale_rank(scale_of(one.figures, key))


def _scale_cell(key: str) -> _Say:
    def say(one: Stand) -> Cell:
        scale = scale_of(one.figures, key)
        if scale is None:
            has_it = any(s["key"] == key for s in one.assessment.edition.scales or ())
            none = "no criterion applies" if has_it else "its edition has no such scale"
            return Cell("", none, one.result)
        return Cell(*said_of(scale), one.result, mark_of(scale))

    return say


def said_of(scale: ScaleFigures) -> tuple[str, str]:
    """A scale in two words: its level or its distance, and what that is measured by."""
    if scale.level is None:
        return "", "no answer decides yet" if scale.answered else "no answer yet"
    if scale.is_staged:
        text = f"{scale.steps} step{'' if scale.steps == 1 else 's'}"
        if not scale.has_targets:
            none = f"targets {BEYOND}" if scale.beyond else "no targets set"
            return scale.level_name, f"lowest; {none}"
        return text, f"lowest {scale.level_name}{_beyond(scale)}"
    if not scale.has_targets:
        none = f"minimum {BEYOND}" if scale.beyond else "no minimum set"
        return scale.level_name, none
    below = len(scale.below)
    small = f"{below} below minimum" if below else "minimum reached"
    small += _beyond(scale)
    if scale.open:
        small += f", {scale.open} open"
    return scale.level_name, small


def _beyond(scale: ScaleFigures) -> str:
    return f", {len(scale.beyond)} {BEYOND}" if scale.beyond else ""


def mark_of(scale: ScaleFigures) -> str:
    """Red only for what lies below a target of one's own."""
    if scale.level is None or not scale.has_targets:
        return ""
    if scale.below or scale.steps:
        return "" if scale.is_staged else "notmet"
    return "" if scale.open or scale.beyond else "met"


def _signature(one: Stand) -> Cell:
    return Cell(*signature_of(one), one.review, _signature_mark(one))


def signature_of(one: Stand) -> tuple[str, str]:
    """How the signature stands."""
    if void := one.figures.void:
        return "Void", f"since {day(void.since)}"
    status = one.assessment.status
    if status == AssessmentStatus.SIGNED:
        return "Valid", f"revision {one.assessment.revision}"
    if status == AssessmentStatus.REVIEW:
        return "", "in review"
    return "", f"{one.figures.answered} of {one.figures.asked} answered"


def _signature_mark(one: Stand) -> str:
    if one.figures.void:
        return "notmet"
    return "met" if one.assessment.status == AssessmentStatus.SIGNED else ""


def _signature_rank(one: Stand) -> tuple[int, ...]:
    is_void = one.figures.void is not None
    is_signed = one.assessment.status == AssessmentStatus.SIGNED
    return int(is_void), int(not is_signed)
