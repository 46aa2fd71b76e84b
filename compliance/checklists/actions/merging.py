"""A newer edition of the original merged into an own draft."""

from collections.abc import Collection
from typing import Any

from compliance.checklists import content, drafting
from compliance.checklists.actions.recording import (
    RefusedError,
    StaleError,
    open_draft,
    record,
)
from compliance.checklists.merged import merge as merged
from compliance.checklists.merged import offers
from compliance.checklists.models import Checklist, Edition
from compliance.organisations.models import Organisation


def merge(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    newer_id: int,
    seen: str,
    taken: Collection[str],
) -> Edition:
    """Take what was chosen of the original's newer edition; ``cloned_from`` moves on.

    ``seen`` is the content hash of the draft that the choice was made on. Raises
    ``StaleError`` when the draft or the newest edition is another one by now.
    """
    with open_draft(organisation, edition_id) as edition:
        checklist = Checklist.objects.select_related("cloned_from").get(
            pk=edition.checklist_id
        )
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
        drafting.fill(edition, merged(theirs, ours, found, taken))
        checklist.cloned_from = newer
        checklist.save(update_fields=["cloned_from"])
        keys = [one.item.key for one in found.questions]
        keys += [f"fact:{one.change.key}" for one in found.facts]
        after = {
            "cloned_from": newer.number,
            "theirs": [key for key in keys if key in taken],
            "ours": [key for key in keys if key not in taken],
        }
        record(by, edition, "edition.merged", {"cloned_from": base.number}, after)
    return edition
