"""A page's knowledge of an answer: one version, of some fields a newer one. Pure.

A save that was merged with someone else's shows the page nothing of their fields.
So the page knows its own fields in the new version and the others in the old one,
and a later save of the whole row cannot take back what it never showed.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_TEXT = re.compile(r"\d{1,9}( [a-z_]{1,20}=\d{1,9}){0,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """The version that a page shows, and the newer versions of single fields."""

    version: int
    newer: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """ "3", or "3 note=5 verdict=4"."""
        return " ".join([str(self.version), *(f"{f}={v}" for f, v in self.newer.items())])

    @property
    def oldest(self) -> int:
        return min([self.version, *self.newer.values()])

    @property
    def newest(self) -> int:
        return max([self.version, *self.newer.values()])

    def of(self, name: str) -> int:
        """The version in which one field is known."""
        return self.newer.get(name, self.version)

    def raised(self, names: Collection[str], version: int) -> "Known":
        """The same, with some fields known in another version."""
        return Known(self.version, {**self.newer, **dict.fromkeys(names, version)})


def read_known(text: str) -> Known:
    """The text of a ``Known`` read back; raises ``ValueError``."""
    if not _TEXT.fullmatch(text):
        msg = "This page names no version of the answer. Load it again."
        raise ValueError(msg)
    version, *newer = text.split()
    pairs = (pair.split("=") for pair in newer)
    return Known(int(version), {name: int(number) for name, number in pairs})
