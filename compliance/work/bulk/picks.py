"""The questions that a person picked, as a page sends them: each with its version. Pure."""

from collections.abc import Iterable, Mapping

from compliance.ground.web.text import number_in
from compliance.work.assessments.versions import Known, read_known

MOST = 20
"""Keys that are named before the rest is only counted."""
MOST_PICKED = 10_000
"""Questions that can be picked at once: far more than an assessment has."""


def read_picks(texts: Iterable[str]) -> dict[int, Known]:
    """Id of an answer to the version its row showed; raises ``ValueError``."""
    picks = {}
    for text in texts:
        first, _, known = text.partition(" ")
        number = number_in(first)
        if number is None:
            msg = "This page names a question that does not exist. Load it again."
            raise ValueError(msg)
        picks[number] = read_known(known)
        if len(picks) > MOST_PICKED:
            msg = f"{MOST_PICKED:,} questions are set at once at most. Select fewer."
            raise ValueError(msg)
    return picks


def read_shown(text: str) -> list[int]:
    """The ids of the questions that a page says it shows."""
    return [pk for pk in map(number_in, text.split(",")) if pk is not None]


def read_pinned(text: str) -> dict[int, Known]:
    """Picks that a preview has pinned; raises ``ValueError``."""
    return read_picks(part for part in text.split(";") if part)


def pinned(picks: Mapping[int, Known]) -> str:
    """The picks in one text: "12 3;14 5 note=6"."""
    return ";".join(f"{pk} {known}" for pk, known in picks.items())


def named(keys: list[str]) -> str:
    """ "A1, A2 and 12 more": the first keys by name, the rest by number."""
    more = len(keys) - MOST
    said = ", ".join(keys[:MOST])
    return f"{said} and {more} more" if more > 0 else said
