"""The answer strip and the stacked bar for paper: geometry and fixed colours. Pure.

Screen and paper share the geometry (``assessments/strip.py``); a page's CSS does not
reach into an SVG of a PDF, so paper carries its colours as attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from compliance.assessments.scoring import Tally
from compliance.assessments.strip import stacked, strip

FILLS = {
    "met": "#12857b",
    "partly": "#e0a63a",
    "below": "#d9772b",
    "not_met": "#8f1a10",
    "na": "#b9c0cb",
    "dont_know": "#c9bfe4",
    "later": "#c3d4f0",
    "unanswered": "#ffffff",
}
"""Verdict to colour: apart in greyscale too, but for "partly", which is hatched."""

NAMES = {
    "met": "Met",
    "partly": "Partly",
    "below": "Below",
    "not_met": "Not met",
    "na": "N/A",
    "dont_know": "Don't know",
    "later": "Later",
    "unanswered": "Unanswered",
}

RARE = {"below", "dont_know", "later"}
"""Verdicts that legends and counts leave out where there are none."""

COUNTED = {
    "met": gettext_noop("met"),
    "partly": gettext_noop("partly"),
    "below": gettext_noop("below"),
    "not_met": gettext_noop("not met"),
    "na": gettext_noop("N/A"),
    "dont_know": gettext_noop("don't know"),
    "later": gettext_noop("later"),
    "unanswered": gettext_noop("unanswered"),
}
"""The same behind a number."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A piece of a chart: a path, its colour, and whether it is drawn as outline."""

    path: str
    fill: str
    verdict: str

    @property
    def is_hatched(self) -> bool:
        return self.verdict == "partly"

    @property
    def is_outlined(self) -> bool:
        return self.verdict == "unanswered"


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG of a width and height in its own units, with its numbers in words."""

    width: int
    height: int
    words: str
    shapes: tuple[Shape, ...]


def answer_strip(verdicts: Sequence[str], words: str) -> Chart:
    """One bar a question, in order; taller means more attention."""
    drawn = strip(verdicts)
    shapes = tuple(
        Shape(path, "#9aa5b5" if name == "unanswered" else FILLS[name], name)
        for name, path in drawn.paths
    )
    return Chart(drawn.width, 12, words, shapes)


def bar(counts: Tally, length: int = 400, height: int = 12) -> Chart:
    """Counts side by side, met first."""
    shapes = tuple(
        Shape(_box(part.x, part.width, height), FILLS[part.verdict], part.verdict)
        for part in stacked(counts.parts(), length)
    )
    return Chart(length, height, in_words(counts), shapes)


def in_words(counts: Tally) -> str:
    """ "74 met, 32 partly, 10 not met, 2 N/A, 0 unanswered", in the language in use.

    "Below", "don't know" and "later" are named only where there are any.
    """
    return ", ".join(
        gettext("%(count)s %(word)s")
        % {"count": count, "word": _inside(gettext(COUNTED[name]))}
        for name, count in counts.parts()
        if count or name not in RARE
    )


def _inside(word: str) -> str:
    """A word inside a line: "entfällt", but "N/A"."""
    return word if word.isupper() else word[:1].lower() + word[1:]


def _box(x: str, width: str, height: int) -> str:
    return f"M{x} 0.5h{width}v{height - 1}h-{width}z"
