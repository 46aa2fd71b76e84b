"""Findings of a reader in a file, and its notes. Pure."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from compliance.content.formats.limits import MOST_FAULTS, MOST_NAMED, MOST_WORDS

KNOWN = (
    "an Attest checklist (YAML, JSON, XLSX, CSV), an OSCAL catalog, a CISO Assistant"
    " library (YAML, JSON), a CNIL PIA structure or an OWASP ASVS file"
)
"""The files that are read as checklists, as a refusal names them."""

NOTES = ("idle", "kept", "lost", "faults")
Path = tuple[str | int, ...]
Where = Callable[[Path], str]
"""Path in a document to the place in the file, in words: "line 12", "Checklist!D4"."""


class UnreadableError(ValueError):
    """Nothing of a file can be read; ``place`` is where the reading stopped."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(words)
        self.place = place


@dataclass(frozen=True, slots=True)
class Note:
    """Something to report: the first place where it stands, and how often.

    ``which`` names what it is about, one by one, the first ``MOST_NAMED`` of them.
    """

    place: str
    words: str
    count: int = 1
    which: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = f"{self.place}: {self.words}" if self.place else self.words
        return said if self.count == 1 else f"{said} ({self.count:,} times)"

    @property
    def unnamed(self) -> int:
        """How many more there are than ``which`` names."""
        return self.count - len(self.which)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A checklist as a file holds it: the document of its edition, and its own words."""

    title: str
    summary: str
    theme: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was read.

    ``document`` is None when the file holds relations only, or has faults. ``pairs``
    are relations between requirements, as their file names them; ``unsaid`` what of the
    edition ("number", "language") it leaves open, so that a person may say it. ``idle``
    are rules of the file that are kept, and change nothing here of what is asked.
    """

    kind: str
    title: str = ""
    summary: str = ""
    theme: str = ""
    document: dict[str, Any] | None = None
    pairs: tuple[dict[str, str], ...] = ()
    unsaid: tuple[str, ...] = ()
    idle: tuple[Note, ...] = ()
    kept: tuple[Note, ...] = ()
    lost: tuple[Note, ...] = ()
    faults: tuple[Note, ...] = ()

    def plain(self) -> dict[str, Any]:
        """All of it as JSON takes it; the document itself, and no copy of it."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return said | {name: [asdict(note) for note in said[name]] for name in NOTES}


def from_plain(said: dict[str, Any]) -> Found:
    """The object that ``plain`` came from."""
    notes = {
        name: tuple(Note(**note | {"which": tuple(note.get("which", ()))}) for note in said[name])
        for name in NOTES
    }
    lists = {name: tuple(said[name]) for name in ("pairs", "unsaid")}
    return Found(**said | notes | lists)


@dataclass(slots=True)
class Notes:
    """Notes while a file is read: equal words are listed once, with their number."""

    _idle: dict[str, tuple[str, int]] = field(default_factory=dict)
    _kept: dict[str, tuple[str, int]] = field(default_factory=dict)
    _lost: dict[str, tuple[str, int]] = field(default_factory=dict)
    _which: dict[str, list[str]] = field(default_factory=dict)
    _faults: list[Note] = field(default_factory=list)

    def keep(self, place: str, words: str) -> None:
        """Something that no field holds stays beside it."""
        _count(self._kept, place, words)

    def idle(self, place: str, words: str, which: str) -> None:
        """A rule of the file stays beside what it is about, and is not acted on.

        ``which`` says what that is, and what the rule says of it.
        """
        _count(self._idle, place, words)
        named = self._which.setdefault(words, [])
        if len(named) < MOST_NAMED:
            named.append(clipped(which, 200))

    def lose(self, place: str, words: str) -> None:
        """Something cannot be kept; the words say why."""
        _count(self._lost, place, words)

    def fault(self, place: str, words: str) -> None:
        """Something is wrong, so that nothing of the file is taken in."""
        place = clipped(place, 200)
        self._faults.append(Note(place, clipped(words, MOST_WORDS - len(place) - 2)))

    @property
    def has_faults(self) -> bool:
        return bool(self._faults)

    def onto(self, found: Found) -> Found:
        """The finding, with these notes."""
        faults = self._faults[:MOST_FAULTS]
        if more := len(self._faults) - len(faults):
            faults.append(Note("", f"and {more:,} more"))
        kept, lost = map(_listed, (self._kept, self._lost))
        idle = tuple(
            replace(note, which=tuple(self._which[words]))
            for words, note in zip(self._idle, _listed(self._idle), strict=True)
        )
        return replace(found, idle=idle, kept=kept, lost=lost, faults=tuple(faults))


def clipped(text: str, most: int) -> str:
    """The text, cut with "…" where it is longer."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _count(notes: dict[str, tuple[str, int]], place: str, words: str) -> None:
    first, count = notes.get(words, (place, 0))
    notes[words] = (first, count + 1)


def _listed(notes: dict[str, tuple[str, int]]) -> tuple[Note, ...]:
    return tuple(
        Note(clipped(place, 200), clipped(words, 290), count) for words, (place, count) in notes.items()
    )
