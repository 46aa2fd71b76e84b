"""A newer edition of the original merged into an own draft, and taken back out of it."""

from collections.abc import Collection
from typing import Any

from compliance.content.checklists import content, drafting
from compliance.content.checklists.events import EDITION_MERGED, MERGING_UNDONE
from compliance.content.checklists.models import Checklist, Edition
from compliance.content.checklists.recording import open_draft, record, refuse_changed
from compliance.content.publishing.merge import merge as merged
from compliance.content.publishing.merge import offers
from compliance.content.publishing.unmerge import difference, lost, undone
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError


def merge(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    newer_id: int,
    seen: str,
    taken: Collection[str],
) -> Event:
    """Take what was chosen of the original's newer edition; ``cloned_from`` moves on.

    The event holds what the draft said before, so that it can be undone.
    ``seen`` is the content hash of the draft that the choice was made on. Raises
    ``StaleError`` when the draft or the newest edition is another one by now,
    ``RefusedError`` where something would rest on a fact that is gone.
    """
    with open_draft(organisation, edition_id, with_checklist=True) as edition:
        checklist = _cloned(edition)
        newer = content.newer_original(checklist)
        base = checklist.cloned_from
        if newer is None or base is None:
            msg = "The original has no newer edition"
            raise RefusedError(msg)
        ours = content.document(edition)
        if newer.pk != newer_id or content.content_hash(ours) != seen:
            raise StaleError
        theirs = content.document(newer)
        found = offers(content.document(base), theirs, ours)
        document = merged(theirs, ours, found, taken)
        for part, name in lost(ours, document):
            msg = f"{part} rests on “{name}”; keep yours of that, or change {part} first"
            raise RefusedError(msg)
        drafting.fill(edition, document)
        _stand_on(checklist, newer)
        keys = [one.item.key for one in found.questions]
        keys += [f"fact:{one.change.key}" for one in found.facts]
        was, now = difference(ours, content.document(edition))
        before = {"cloned_from": base.number, "parts": was}
        after = {
            "cloned_from": newer.number,
            "theirs": [key for key in keys if key in taken],
            "ours": [key for key in keys if key not in taken],
            "parts": now,
        }
        return record(by, edition, EDITION_MERGED, before, after)


def take_out(by: Any, edition: Edition, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Give a draft what it said before a merge, and the edition it stood on.

    Refuses where someone changed since what the merge brought, and names that.
    """
    checklist = _cloned(edition)
    newer = checklist.cloned_from
    if "parts" not in before:
        msg = "This was merged before merges could be undone"
        raise RefusedError(msg)
    if newer is None or newer.number != after["cloned_from"]:
        msg = "The draft is now based on another edition of the original"
        raise RefusedError(msg)
    found = content.document(edition)
    document, changed = undone(found, before["parts"], after["parts"])
    refuse_changed(changed)
    for part, name in lost(found, document):
        msg = f"{part} rests on “{name}”, which came with the merge; change it first"
        raise RefusedError(msg)
    if missing := drafting.fill(edition, document):
        msg = f"{missing[0]} is no longer in the legal index"
        raise RefusedError(msg)
    _stand_on(checklist, newer.checklist.editions.get(number=before["cloned_from"]))
    restored = {name: before[name] for name in ("cloned_from", "parts")}
    was = {name: after[name] for name in ("cloned_from", "parts")}
    record(by, edition, MERGING_UNDONE, was, restored)


def _cloned(edition: Edition) -> Checklist:
    rows = Checklist.objects.select_related("cloned_from__checklist")
    return rows.get(pk=edition.checklist_id)


def _stand_on(checklist: Checklist, original: Edition) -> None:
    checklist.cloned_from = original
    checklist.save(update_fields=["cloned_from"])
