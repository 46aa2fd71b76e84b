"""Events of the trail in one sentence each. Pure: values in, text out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.text import capfirst

from compliance.assessments.choices import Verdict
from compliance.assessments.events import ANSWER_SAVED
from compliance.assessments.remedy_words import told_remedy
from compliance.audit import event_types
from compliance.audit.event_types import Topic

_DECIDED = {
    "again": "to be confirmed again",
    "convert": "in a new form",
    "note": "kept as note",
    "archived": "archived",
    "added": "new",
    "kept": "changed since and kept",
}
_QUOTED = ("subject", "title", "about", "text")
_LONGEST = 160


def told(
    action: str, before: Mapping[str, Any], after: Mapping[str, Any], key: str = ""
) -> str:
    """ "A122: Partly changed to Not met; note changed"; ``key`` names the question."""
    found = event_types.find(action)
    if found and found.topic == Topic.ACTION:
        return told_remedy(action, before, after)
    parts = list(_parts(before, after))
    what = str(found.sentence) if found else action.replace(".", " ").replace("_", " ")
    if action == ANSWER_SAVED and parts:
        what = ""
    head = f"{key}: " if key else ""
    if not key:
        what = capfirst(what)
    return head + "; ".join([what, *parts] if what else parts)


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    said = []
    if "verdict" in after:
        new = Verdict(after["verdict"]).label
        old = before.get("verdict")
        said.append(f"{Verdict(old).label} changed to {new}" if old else new)
    for name, label in (("value", "value"), ("note", "note"), ("reason", "reason")):
        if name in after:
            said.append(_written(label, before.get(name), after[name]))
    if "owner_id" in after:
        said.append("owner changed" if after["owner_id"] else "owner removed")
    if "due_on" in after:
        said.append(_due(after["due_on"]))
    said += _beside(after)
    said += _reviewed(after)
    said += _moved(before, after)
    said += _passkey(before, after)
    said += [f"“{_short(str(after[name]))}”" for name in _QUOTED if after.get(name)]
    if after.get("questions_moved"):
        said.append(f"{len(after['questions_moved'])} questions moved")
    if after.get("number"):
        said.append(f"number {after['number']}")
    return said


def _beside(after: Mapping[str, Any]) -> list[str]:
    said = []
    if after.get("later_until"):
        said.append(f"until {_day(after['later_until'])}")
    if source := after.get("source"):
        said.append(f"from {source['key']} ({source['checklist']})")
    return said


def _reviewed(after: Mapping[str, Any]) -> list[str]:
    """Which revision, why, and under which hash."""
    said = [f"revision {after['revision']}"] if after.get("revision") else []
    if after.get("returned"):
        said.append(f"returned: {', '.join(after['returned'])}")
    if after.get("said"):
        said.append(f"“{_short(str(after['said']))}”")
    if after.get("content_hash") and after.get("statement"):
        said.append(f"content hash {after['content_hash']}")
    if after.get("method"):
        said.append(f"confirmed by {after['method']}")
    return said


def _passkey(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = [one["passkey"] for one in (before, after) if one.get("passkey")]
    return [" to ".join(f"“{_short(name)}”" for name in names)] if names else []


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """From which edition to which, and what became of the answers."""
    if "edition" not in before or "edition" not in after:
        return []
    said = [f"edition {before['edition']} to {after['edition']}"]
    if before.get("checklist") != after.get("checklist"):
        sides = (f"{s['checklist']}, edition {s['edition']}" for s in (before, after))
        said = [" to ".join(sides)]
    for name, words in _DECIDED.items():
        if after.get(name):
            said.append(f"{len(after[name])} {words}")
    return said


def _written(label: str, old: Any, new: Any) -> str:
    if new in ("", None, []):
        return f"{label} removed"
    return f"{label} changed" if old else f"{label} written"


def _due(value: str | None) -> str:
    if not value:
        return "no longer due"
    return f"due {_day(value)}"


def _day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day.day} {day:%b %Y}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
