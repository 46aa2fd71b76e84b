"""The changes to a draft that can be undone, as they are told beside their Undo."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from compliance.audit import trail
from compliance.audit.models import LIBRARY, Event
from compliance.checklists.models import Edition
from compliance.web.languages import language_name

SAID = {
    "question.added": "{key} is added.",
    "question.changed": "{key} is saved.",
    "question.moved": "{key} is moved.",
    "question.removed": "{key} is out of the draft.",
    "section.added": "The section “{title}” is added.",
    "section.changed": "The section is saved.",
    "section.moved": "The section is moved.",
    "section.removed": "The section “{title}” is removed.",
    "fact.added": "The fact “{label}” is added.",
    "fact.changed": "The fact is saved.",
    "fact.removed": "The fact “{label}” is removed.",
    "edition.changed": "The edition is saved.",
    "edition.replaced": "Replaced in {count}.",
    "edition.merged": "The draft stands on edition {cloned_from} of the original now.",
}
"""What can be undone, by the name of its event, and the words for it."""


@dataclass(frozen=True, slots=True)
class Done:
    """A change: to which part of the draft, what is said of it, and its event."""

    seq: int
    part: str
    key: str
    words: str

    @property
    def place(self) -> dict[str, str]:
        """What the editor is asked for to open the part; nothing for one it has no page of."""
        is_shown = self.part in {"question", "section"} and self.key
        return {self.part: self.key} if is_shown else {}


def find(edition: Edition, seq: int) -> Event:
    """The event of a change that can be undone; else ``Event.DoesNotExist``."""
    chain = edition.checklist.organisation_id or LIBRARY
    found: Event = trail.events_of(chain).get(
        seq=seq,
        action__in=SAID,
        subject_label="edition",
        subject_id=str(edition.pk),
        payload__gt="",  # what is left of an erased one says too little
    )
    return found


def told(event: Event) -> Done:
    """A change in words."""
    before, after = trail.changes(event)
    part, _, what = event.action.partition(".")
    key = before.get("key") or after.get("key", "")
    return Done(
        event.seq, part, "" if what == "removed" else key, _words(event, before, after)
    )


def _words(event: Event, before: dict[str, Any], after: dict[str, Any]) -> str:
    if "copied_from" in after:
        return f"{after['key']} is a copy of {after['copied_from']}."
    if event.action == "edition.changed" and "translations" in after:
        old, new = before["translations"] or {}, after["translations"] or {}
        for code in sorted(old.keys() ^ new.keys()):
            state = "added" if code in new else "removed"
            return f"{language_name(code)} is {state}."
    values = defaultdict(str, before | after)
    count = len(after.get("questions", ()))
    values["count"] = f"{count} question{'' if count == 1 else 's'}"
    return SAID[event.action].format_map(values)
