"""Events of the trail in one sentence each, in the language of the reader."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from compliance.proof.audit import event_types
from compliance.proof.audit.event_types import Topic
from compliance.templatetags.ui import day
from compliance.work.assessments.answer_fields import TYPED, Field, Kind
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.detail_fields import DETAILS
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.remediation.event_labels import remedy_in_words

_DECIDED = {
    "again": _("%(count)s to be confirmed again"),
    "convert": _("%(count)s in a new form"),
    "note": _("%(count)s kept as note"),
    "archived": _("%(count)s archived"),
    "added": _("%(count)s new"),
    "kept": _("%(count)s changed since and kept"),
}
_METHODS = {
    "password": _("confirmed by password"),
    "passkey": _("confirmed by passkey"),
    "sign-on": _("confirmed by sign-on"),
}
_POLICY = {
    "idle_minutes": _("signed out after %(value)s minutes without use"),
    "session_hours": _("signed out after %(value)s hours"),
    "exports": _("files taken away: %(value)s"),
    "shares": _("seats and share links: %(value)s"),
    "invites": _("invitations: %(value)s"),
    "checked_percent": _("checked before a signature: %(value)s per cent"),
}
_AMONG = {
    "role": _("whoever has the role for it"),
    "leaders": _("owners and officers"),
    "owners": _("owners alone"),
}
_QUOTED = ("told", "subject", "title", "about", "text")
_ON_BOTH_SIDES = {field.column for field in DETAILS if field.kind == Kind.TEXT}
"""Texts that are said with what stood in their place before."""
_LONGEST = 160


def event_in_words(action: str, before: Mapping[str, Any], after: Mapping[str, Any], key: str = "") -> str:
    """ "A122: Partly changed to Not met; note changed"; ``key`` names the question."""
    found = event_types.find(action)
    if found and found.topic == Topic.ACTION:
        return remedy_in_words(action, before, after)
    parts = [part for part in _parts(before, after) if part]
    what = str(found.sentence) if found else action.replace(".", " ").replace("_", " ")
    if action == ANSWER_SAVED and parts:
        what = ""
    head = f"{key}: " if key else ""
    if not key:
        what = capfirst(what)
    return head + "; ".join([what, *parts] if what else parts)


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    said: list[str] = []
    for field in TYPED:
        if field.column in after:
            say = _WORDS.get(field.column) or partial(_written, field)
            said.append(say(before.get(field.column), after[field.column]))
    if source := after.get("source"):
        said.append(gettext("from %(key)s (%(checklist)s)") % source)
    if proposal := after.get("proposal"):
        said.append(gettext("proposed by “%(title)s”") % proposal)
    said += _reviewed(after)
    said += _moved(before, after)
    said += _corrected(before, after)
    said += _named(before, after)
    said += _policy(after)
    said += _handed(after)
    said += [
        f"“{_short(str(after[name]))}”"
        for name in _QUOTED
        if after.get(name) and name not in _ON_BOTH_SIDES & before.keys()
    ]
    if count := len(after.get("questions_moved", ())):
        words = ngettext("%(count)s question moved", "%(count)s questions moved", count)
        said.append(words % {"count": count})
    if after.get("number"):
        said.append(gettext("number %(number)s") % {"number": after["number"]})
    return said


def _verdict(old: str | None, new: str) -> str:
    label = gettext(Verdict(new).label)
    if not old:
        return label
    sides = {"old": gettext(Verdict(old).label), "new": label}
    return gettext("%(old)s changed to %(new)s") % sides


def _reviewed(after: Mapping[str, Any]) -> list[str]:
    """The revision, the reason and the hash."""
    said = []
    if after.get("revision"):
        said.append(gettext("revision %(number)s") % {"number": after["revision"]})
    if after.get("returned"):
        keys = ", ".join(after["returned"])
        said.append(gettext("returned: %(keys)s") % {"keys": keys})
    if after.get("said"):
        said.append(f"“{_short(str(after['said']))}”")
    if after.get("content_hash") and after.get("statement"):
        said.append(gettext("content hash %(hash)s") % {"hash": after["content_hash"]})
    if after.get("method"):
        said.append(str(_METHODS.get(after["method"], after["method"])))
    return said


def _named(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = [
        f"“{_short(one[kind])}”"
        for one in (before, after)
        for kind in ("passkey", "provider")
        if one.get(kind)
    ]
    return [_from_to(*names)] if names else []


def _handed(after: Mapping[str, Any]) -> list[str]:
    """How much a deactivated member owned, and who owns it now."""
    if not after.get("questions_handed") and not after.get("actions_handed"):
        return []
    count = gettext("questions: %(questions_handed)s, actions: %(actions_handed)s")
    owner = gettext("now owned by %(given_to)s") if "given_to" in after else ""
    return [count % after, owner % after if owner else gettext("now without an owner")]


def _policy(after: Mapping[str, Any]) -> list[str]:
    """The rules of an organisation that were changed."""
    said = []
    if "second_factor_from" in after:
        asked_from = after["second_factor_from"]
        said.append(
            gettext("second factor from %(day)s") % {"day": _day(asked_from)}
            if asked_from
            else gettext("second factor no longer required")
        )
    if "sign_on_only" in after:
        said.append(
            gettext("members come by sign-on alone")
            if after["sign_on_only"]
            else gettext("members come in each way they have")
        )
    if "other_providers" in after:
        said.append(
            gettext("open to providers of other organisations")
            if after["other_providers"]
            else gettext("closed to providers of other organisations")
        )
    for name, words in _POLICY.items():
        if name in after:
            value = _AMONG.get(after[name], after[name])
            said.append(str(words) % {"value": value})
    return said


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """From which edition to which, and what became of the answers."""
    if "edition" not in before or "edition" not in after:
        return []
    if before.get("checklist") == after.get("checklist"):
        sides = {"old": before["edition"], "new": after["edition"]}
        said = [gettext("edition %(old)s to %(new)s") % sides]
    else:
        words = gettext("%(checklist)s, edition %(edition)s")
        said = [_from_to(words % before, words % after)]
    said += [str(words) % {"count": len(after[name])} for name, words in _DECIDED.items() if after.get(name)]
    return said


def _corrected(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The subject and the period of an assessment, wrong and right."""
    said = []
    for field in DETAILS:
        if field.column in _ON_BOTH_SIDES & before.keys():
            sides = {name: _short(side[field.column]) for name, side in (("old", before), ("new", after))}
            sides["label"] = gettext(field.label)
            said.append(gettext("%(label)s “%(old)s” corrected to “%(new)s”") % sides)
    if "period_from" in before:
        sides = {name: _period(side) for name, side in (("old", before), ("new", after))}
        said.append(gettext("period %(old)s corrected to %(new)s") % sides)
    return said


def _period(side: Mapping[str, Any]) -> str:
    days = {"first": _day(side["period_from"]), "last": _day(side["period_to"])}
    return gettext("%(first)s to %(last)s") % days


def _from_to(old: str, new: str = "") -> str:
    """ "edition 1 to edition 2"; one side alone as it is."""
    return gettext("%(old)s to %(new)s") % {"old": old, "new": new} if new else old


def _written(field: Field, old: Any, new: Any) -> str:
    """ "note written"; who owns a question is only ever changed."""
    if new in ("", None, []):
        words = gettext("%(field)s removed")
    elif old or not field.erasable:
        words = gettext("%(field)s changed")
    else:
        words = gettext("%(field)s written")
    return words % {"field": gettext(field.label)}


def _due(old: Any, new: str | None) -> str:
    """Nothing where no day was set and none is: an assessment that began without one."""
    if not new:
        return gettext("no longer due") if old else ""
    return gettext("due %(day)s") % {"day": _day(new)}


def _until(_old: Any, new: str | None) -> str:
    """Nothing where the answer is no longer "later": that is said already."""
    return gettext("until %(day)s") % {"day": _day(new)} if new else ""


_WORDS: Mapping[str, Callable[[Any, Any], str]] = {
    "verdict": _verdict,
    "due_on": _due,
    "later_until": _until,
}
"""Fields whose change is shown by its new value."""


def _day(value: str) -> str:
    return day(date.fromisoformat(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
