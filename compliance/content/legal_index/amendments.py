"""Describes how a provision changed. Pure: values in, text out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from compliance.content.legal_index.choices import ProvisionStatus

FIELDS = frozenset({"applies_from", "status", "successor"})
"""Columns that the law itself changes; title, link and order are ours."""


@dataclass(frozen=True, slots=True)
class State:
    """The law at one time; ``successor`` is a citation or ""."""

    applies_from: date
    status: str
    successor: str

    def with_values(self, values: Mapping[str, Any]) -> "State":
        """This state with fields as the trail keeps them: days as ISO text."""
        found = {name: values[name] for name in FIELDS & values.keys()}
        if "applies_from" in found:
            found["applies_from"] = date.fromisoformat(found["applies_from"])
        return replace(self, **found)


def words(old: State, new: State) -> str:
    """The difference between two states: "applies from 2 Dec 2027 instead of 2 Aug
    2026".

    It stands behind a citation and a colon, or behind the day of the change.
    """
    instead = ""
    if old.applies_from != new.applies_from:
        instead = f"{_day(new.applies_from)} instead of {_day(old.applies_from)}"
    said = [_status(old, new, instead), _successor(old, new)]
    return "; ".join(part for part in said if part)


def _status(old: State, new: State, instead: str) -> str:
    if old.status == new.status:
        verb = "applied" if new.status == ProvisionStatus.REPEALED else "applies"
        return f"{verb} from {instead}" if instead else ""
    if new.status == ProvisionStatus.REPEALED:
        return "repealed"
    if new.status == ProvisionStatus.PROPOSED:
        return "only proposed now"
    if new.status == ProvisionStatus.APPLIES_LATER:
        was_law = old.status == ProvisionStatus.IN_FORCE
        start = "no longer in force, applies" if was_law else "adopted, applies"
        return f"{start} from {instead or _day(new.applies_from)}"
    was_gone = old.status == ProvisionStatus.REPEALED
    start = "in force again" if was_gone else "now in force"
    return f"{start}, from {instead}" if instead else start


def _successor(old: State, new: State) -> str:
    is_repealed_now = old.status != new.status == ProvisionStatus.REPEALED
    if old.successor == new.successor:
        return f"see {new.successor}" if is_repealed_now and new.successor else ""
    if not new.successor:
        return f"no longer followed by {old.successor}"
    return f"see {new.successor}" + (f" instead of {old.successor}" if old.successor else "")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
