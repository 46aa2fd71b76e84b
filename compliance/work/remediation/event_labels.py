"""Events of actions in one sentence each, in the language of the reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from compliance.proof.audit import event_types
from compliance.templatetags.ui import day
from compliance.work.assessments.choices import ActionStatus, Priority
from compliance.work.assessments.events import (
    ACTION_ASKS,
    ACTION_ASKS_NO_MORE,
    ACTION_CHANGED,
    ACTION_LINKED,
    ACTION_UNLINKED,
    ACTION_WAITS,
    ACTION_WAITS_NO_MORE,
)

_LONGEST = 160
_KEYS = 12
_ABOUT_ANSWERS = {ACTION_LINKED, ACTION_UNLINKED, ACTION_ASKS, ACTION_ASKS_NO_MORE}


def remedy_in_words(action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """ "AC-12 “Approve the runbook”: closed; Open changed to Done"."""
    head = f"AC-{after.get('number', '?')} “{_short(str(after.get('name', '')))}”: "
    return head + change_in_words(action, before, after)


def change_in_words(action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The same without the action's name, for its own page."""
    what = "" if action == ACTION_CHANGED else str(event_types.named(action).sentence)
    if action in _ABOUT_ANSWERS:
        return f"{what} {_keys(after.get('questions', []))}"
    if action in {ACTION_WAITS, ACTION_WAITS_NO_MORE}:
        return f"{what} AC-{after.get('waits_for', '?')}"
    parts = [what] if what else []
    parts += [said for name in TOLD if (said := TOLD[name](before, after))]
    if after.get("questions"):
        keys = _keys(after["questions"])
        parts.append(gettext("about %(keys)s") % {"keys": keys})
    if again := after.get("look_again"):
        words = ngettext(
            "%(count)s answer to look at again",
            "%(count)s answers to look at again",
            len(again),
        )
        parts.append(words % {"count": len(again)})
    if gone := before.get("asked_to_look"):
        words = ngettext(
            "%(count)s answer no longer to look at again",
            "%(count)s answers no longer to look at again",
            len(gone),
        )
        parts.append(words % {"count": len(gone)})
    return "; ".join(parts)


def value_in_words(field: str, value: Any, people: Mapping[int, str]) -> str:
    """The value of a field in words; ``people`` names owners by id."""
    if field == "owner_id":
        return people.get(value, "someone else") if value else "nobody"
    if field == "status":
        return str(ActionStatus(value).label)
    if field == "priority":
        return str(Priority(value).label)
    if field == "due_on":
        return f"{value.day} {value:%b %Y}" if value else "no date"
    return str(value) if value else "nothing"


def _keys(keys: list[str]) -> str:
    shown, more = ", ".join(keys[:_KEYS]), len(keys) - _KEYS
    if more <= 0:
        return shown
    return gettext("%(keys)s and %(count)s more") % {"keys": shown, "count": more}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


Side = Mapping[str, Any]


def _status(before: Side, after: Side) -> str:
    if "status" not in after or "status" not in before:
        return ""
    old, new = ActionStatus(before["status"]), ActionStatus(after["status"])
    sides = {"old": gettext(old.label), "new": gettext(new.label)}
    return gettext("%(old)s changed to %(new)s") % sides


def _priority(before: Side, after: Side) -> str:
    if "priority" not in after or "priority" not in before:
        return ""
    label = gettext(Priority(after["priority"]).label)
    return gettext("priority %(label)s") % {"label": label}


def _title(before: Side, after: Side) -> str:
    if "title" not in after or (after["title"] == after.get("name") and not before):
        return ""
    if "title" not in before:
        return gettext("title “%(title)s”") % {"title": _short(str(after["title"]))}
    return gettext("title was “%(title)s”") % {"title": _short(str(before["title"]))}


def _text(before: Side, after: Side) -> str:
    if "text" not in after:
        return ""
    if not after["text"]:
        return gettext("details removed")
    return gettext("details changed") if before.get("text") else gettext("details written")


def _owner(before: Side, after: Side) -> str:
    if "owner_id" not in after:
        return ""
    if not after["owner_id"]:
        return gettext("owner removed")
    return gettext("owner changed") if before.get("owner_id") else gettext("owner set")


def _due(before: Side, after: Side) -> str:
    if "due_on" not in after:
        return ""
    if not after["due_on"]:
        return gettext("no longer due")
    return gettext("due %(day)s") % {"day": day(date.fromisoformat(after["due_on"]))}


def _effort(before: Side, after: Side) -> str:
    if "effort_days" not in after:
        return ""
    days = after["effort_days"]
    if not days:
        return gettext("effort removed")
    short = days.removesuffix(".0")
    words = ngettext("%(days)s day of work", "%(days)s days of work", 1 if short == "1" else 2)
    return words % {"days": short}


TOLD = {
    "status": _status,
    "title": _title,
    "text": _text,
    "owner_id": _owner,
    "due_on": _due,
    "priority": _priority,
    "effort_days": _effort,
}
