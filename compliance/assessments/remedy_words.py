"""Events of actions in one sentence each. Pure: values in, text out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from compliance.assessments.choices import ActionStatus, Priority
from compliance.assessments.events import (
    ACTION_CHANGED,
    ACTION_LINKED,
    ACTION_UNLINKED,
)
from compliance.audit import event_types

_LONGEST = 160
_KEYS = 12


def told_remedy(
    action: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> str:
    """ "AC-12 “Approve the runbook”: closed; Open changed to Done"."""
    head = f"AC-{after.get('number', '?')} “{_short(str(after.get('name', '')))}”: "
    return head + told_change(action, before, after)


def told_change(
    action: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> str:
    """The same without the action's name, for its own page."""
    what = "" if action == ACTION_CHANGED else str(event_types.named(action).sentence)
    if action in {ACTION_LINKED, ACTION_UNLINKED}:
        return f"{what} {_keys(after.get('questions', []))}"
    parts = [what] if what else []
    parts += [said for name in _TOLD if (said := _TOLD[name](before, after))]
    if after.get("questions"):
        parts.append(f"about {_keys(after['questions'])}")
    if again := after.get("look_again"):
        parts.append(f"{_counted(len(again))} to look at again")
    if gone := before.get("asked_to_look"):
        parts.append(f"{_counted(len(gone))} no longer to look at again")
    return "; ".join(parts)


def told_value(field: str, value: Any, people: Mapping[int, str]) -> str:
    """The value of a field in words; ``people`` names owners by id."""
    if field == "owner_id":
        return people.get(value, "somebody else") if value else "nobody"
    if field == "status":
        return str(ActionStatus(value).label)
    if field == "priority":
        return str(Priority(value).label)
    if field == "due_on":
        return f"{value.day} {value:%b %Y}" if value else "no date"
    return str(value) if value else "nothing"


def _counted(number: int) -> str:
    return "1 answer" if number == 1 else f"{number} answers"


def _keys(keys: list[str]) -> str:
    more = len(keys) - _KEYS
    return ", ".join(keys[:_KEYS]) + (f" and {more} more" if more > 0 else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


Side = Mapping[str, Any]


def _status(before: Side, after: Side) -> str:
    if "status" not in after or "status" not in before:
        return ""
    old, new = ActionStatus(before["status"]), ActionStatus(after["status"])
    return f"{old.label} changed to {new.label}"


def _priority(before: Side, after: Side) -> str:
    if "priority" not in after or "priority" not in before:
        return ""
    return f"priority {Priority(after['priority']).label}"


def _title(before: Side, after: Side) -> str:
    if "title" not in after or (after["title"] == after.get("name") and not before):
        return ""
    if "title" not in before:
        return f"title “{_short(str(after['title']))}”"
    return f"title was “{_short(str(before['title']))}”"


def _text(before: Side, after: Side) -> str:
    if "text" not in after:
        return ""
    if not after["text"]:
        return "details removed"
    return "details changed" if before.get("text") else "details written"


def _owner(before: Side, after: Side) -> str:
    if "owner_id" not in after:
        return ""
    if not after["owner_id"]:
        return "owner removed"
    return "owner changed" if before.get("owner_id") else "owner set"


def _due(before: Side, after: Side) -> str:
    if "due_on" not in after:
        return ""
    if not after["due_on"]:
        return "no longer due"
    day = date.fromisoformat(after["due_on"])
    return f"due {day.day} {day:%b %Y}"


def _effort(before: Side, after: Side) -> str:
    if "effort_days" not in after:
        return ""
    days = after["effort_days"]
    if not days:
        return "effort removed"
    short = days.removesuffix(".0")
    return f"{short} day{'' if short == '1' else 's'} of work"


_TOLD = {
    "status": _status,
    "title": _title,
    "text": _text,
    "owner_id": _owner,
    "due_on": _due,
    "priority": _priority,
    "effort_days": _effort,
}
