"""Events of the trail in one sentence each. Pure: values in, text out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from compliance.assessments.choices import Verdict
from compliance.assessments.remedy_words import told_remedy

WORDS = {
    "assessment.started": "Assessment started",
    "assessment.facts_changed": "Facts changed",
    "assessment.archived": "Assessment archived",
    "assessment.taken_up": "Assessment taken up again",
    "assessment.sent": "Sent for review",
    "assessment.returned": "Returned for changes",
    "assessment.signed": "Signed",
    "assessment.reopening_asked": "Reopening asked for",
    "assessment.reopening_declined": "Reopening declined",
    "assessment.reopened": "Reopened",
    "answer.accepted": "accepted by a reviewer",
    "answer.returned": "returned by a reviewer",
    "assessment.upgraded": "Moved to another edition",
    "assessment.upgrade_undone": "Move to another edition undone",
    "answer.upgraded": "question changed with the edition",
    "answer.asked_anew": "question changed with the edition, to be confirmed again",
    "answer.archived": "archived, no longer asked",
    "answer.brought_back": "asked again, brought back",
    "answer.upgrade_undone": "put back as before the move",
    "answer.saved": "saved",
    "answer.undone": "change undone",
    "answer.taken_over": "taken over",
    "answer.kept_mine": "kept, though its source has changed",
    "answer.confirmed_again": "still right",
    "answer.na_confirmed": "N/A confirmed",
    "answer.na_unconfirmed": "confirmation of N/A taken back",
    "answer.na_sent_back": "N/A sent back",
    "answer.imported": "from a spreadsheet",
    "assessment.exported": "Spreadsheet downloaded",
    "assessment.bundled": "Bundle written",
    "assessment.brought_in": "Brought in from a bundle",
    "assessment.name_claimed": "Says that the answers imported under this name are theirs",
    "assessment.name_denied": "Says that the answers imported under this name are not theirs",
    "assessment.imported": "Spreadsheet taken in",
    "assessment.import_undone": "Spreadsheet taken back",
    "answer.refused": "refused: somebody else had changed it",
    "evidence.attached": "evidence added",
    "evidence.detached": "evidence taken out",
    "evidence.added": "Evidence received",
    "evidence.described": "Evidence described",
    "evidence.viewed": "Evidence opened",
    "seat.given": "Seat given",
    "seat.offered": "Seat offered",
    "seat.offer_ended": "Seat taken back",
    "seat.taken_up": "Seat taken up",
    "seat.ended": "Seat ended",
    "seat.viewed": "Auditor read",
    "seat.downloaded": "Auditor took a file",
    "sample.drawn": "Sample drawn",
    "sample.accepted": "Auditor accepted",
    "sample.open": "Auditor looks again",
    "sample.flagged": "Auditor flagged",
    "request.asked": "Request asked",
    "request.said": "Request: message",
    "request.answered": "Request answered",
    "request.closed": "Request closed",
    "share.made": "Share link made",
    "share.opened": "Share link opened",
    "share.revoked": "Share link taken back",
    "evidence.refused": "File refused: virus found",
    "comment.written": "comment",
    "comment.resolved": "comment resolved",
    "comment.reopened": "comment reopened",
    "package.asked": "Export asked for",
    "package.made": "Export made",
    "package.failed": "Export not made",
    "package.cancelled": "Export cancelled",
    "package.downloaded": "Export taken away",
    "report.asked": "Report asked for",
    "report.made": "Report made",
    "report.failed": "Report not made",
    "trail.exported": "Trail taken as a file",
    "trail.erased": "Data of a person erased",
    "member.added": "Member added",
    "member.invited": "Member invited",
    "member.removed": "Member removed",
    "member.left": "Member left",
    "member.role_changed": "Role changed",
    "invitation.sent_again": "Invitation sent again",
    "invitation.ended": "Invitation taken back",
    "invitation.declined": "Invitation declined",
    "invitation.accepted": "Invitation accepted",
    "passkey.added": "Passkey added",
    "passkey.renamed": "Passkey renamed",
    "passkey.removed": "Passkey removed",
    "organisation.created": "Organisation made",
    "report.cancelled": "Report cancelled",
}
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
    if action.startswith("action."):
        return told_remedy(action, before, after)
    parts = list(_parts(before, after))
    plain = action.replace(".", " ").replace("_", " ")
    what = WORDS.get(action, plain if key else plain.capitalize())
    if action in {"answer.saved"} and parts:
        what = ""
    head = f"{key}: " if key else ""
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
