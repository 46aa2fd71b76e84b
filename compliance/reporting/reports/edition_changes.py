"""Changes of the checklist since the edition that an assessment came from."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import number_format
from django.utils.translation import gettext

from compliance.content.checklists.changes import ChangeList, Language, Row
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.diff import Diff, Document, FactChange, compare
from compliance.templatetags.ui import day

OF_REPORT = Language(gettext, day, number_format)
"""The language that the report is being written in."""


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """Two editions compared, as a report shows them.

    ``is_carried`` says that the first one is that of the assessment before; else the
    assessment itself was moved. They are called by their numbers, and where they are
    of two checklists by the title as well.
    """

    old_name: str
    new_name: str
    old_law_as_of: date
    new_law_as_of: date
    notes: str
    is_carried: bool
    change_list: ChangeList
    diff: Diff

    @property
    def rows(self) -> list[Row]:
        """The questions that changed, in the language that is being written."""
        return self.change_list.rows(self.diff)

    @property
    def facts(self) -> tuple[FactChange, ...]:
        return self.diff.facts

    @property
    def counts(self) -> list[tuple[ChangeKind, int]]:
        return self.diff.counts

    @property
    def total(self) -> int:
        return len(self.diff.items)


def changes(
    old: Document,
    new: Document,
    *,
    is_carried: bool,
    titles: tuple[str, str] = ("", ""),
) -> EditionChanges:
    """Every difference between two documents of ``checklists/content.py``.

    ``titles`` are those of their checklists.
    """
    was, now = old["edition"], new["edition"]
    names = [was["number"], now["number"]]
    if titles[0] != titles[1]:
        names = [f"{title} {name}" for title, name in zip(titles, names, strict=True)]
    return EditionChanges(
        old_name=names[0],
        new_name=names[1],
        old_law_as_of=date.fromisoformat(was["law_as_of"]),
        new_law_as_of=date.fromisoformat(now["law_as_of"]),
        notes=now["release_notes"],
        is_carried=is_carried,
        change_list=ChangeList(old, new, OF_REPORT),
        diff=compare(old, new),
    )
