"""A draft thrown away, and an edition retired without one that follows it."""

from django.db.models import ProtectedError

from compliance.content.checklists import content, drafting, related
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.events import (
    EDITION_DISCARDED,
    EDITION_MERGED,
    EDITION_RETIRED,
    MERGING_UNDONE,
)
from compliance.content.checklists.models import Checklist, Edition
from compliance.content.checklists.recording import chain_of, locked, open_draft, record
from compliance.content.publishing.actions.holding import held
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError


def discard(*, by: User, organisation: Organisation | None, edition_id: int, seen: str) -> Event:
    """Throw a draft away for ever; a checklist without another edition goes with it.

    Number and, with the checklist, key are free again; no key of a question is. Merged
    changes are offered again. The event says what went. ``seen`` is the content hash
    of what the person was shown: refuses a draft that someone has worked on since, and
    what is in review or published. Raises ``Edition.DoesNotExist`` for others' editions.
    """
    holds = held(by, organisation, edition_id)
    with holds, open_draft(organisation, edition_id) as draft:
        found = content.content_hash(content.document(draft))
        if found != seen:
            msg = f"Edition {draft.number} has been changed since; look at it again"
            raise RefusedError(msg)
        checklist = draft.checklist
        is_last = goes_with(checklist)
        before = {
            "number": draft.number,
            "checklist": checklist.key,
            "title": checklist.title,
            "questions": list(draft.questions.values_list("key", flat=True)),
            "content_hash": found,
        }
        after = {"checklist_discarded": True} if is_last else _unmerged(draft)
        event = record(by, draft, EDITION_DISCARDED, before, after)
        drafting.empty(draft)
        try:
            draft.delete()
            if is_last:
                checklist.delete()
        except ProtectedError as error:
            msg = f"Edition {before['number']} is in use and stays"
            raise RefusedError(msg) from error
    return event


def _unmerged(draft: Edition) -> dict[str, str]:
    """Let an own checklist stand on the edition of its original from before the merges
    of a draft; its number for the event, nothing where that is the one it stands on.
    """
    checklist = draft.checklist
    events = trail.events_of(chain_of(checklist)).filter(
        action__in=[EDITION_MERGED, MERGING_UNDONE],
        subject_label="edition",
        subject_id=str(draft.pk),
    )
    merges = [trail.changes(event) for event in events]
    stands = checklist.cloned_from
    if not merges or stands is None:
        return {}
    (_, newest), (oldest, _) = merges[0], merges[-1]
    number = oldest["cloned_from"]
    if newest["cloned_from"] != stands.number or number == stands.number:
        return {}
    checklist.cloned_from = stands.checklist.editions.get(number=number)
    checklist.save(update_fields=["cloned_from"])
    return {"cloned_from": number}


def goes_with(checklist: Checklist) -> bool:
    """Whether a checklist has but one edition, so that it goes with that draft."""
    return checklist.editions.count() == 1 and not related.has_relations(checklist)


def retire(*, by: User, organisation: Organisation | None, edition_id: int, reason: str) -> Event:
    """Let no assessment start on a published edition any more; those that run go on.

    No other edition takes its place: the checklist is off the list until its next
    edition is published, which can be started from this one. Refuses what is not
    published, and raises ``Edition.DoesNotExist`` for others' editions.
    """
    with held(by, organisation, edition_id):
        edition = locked(organisation, edition_id)
        if edition.status != EditionStatus.PUBLISHED:
            state = edition.get_status_display().lower()
            msg = f"Edition {edition.number} is {state}: only a published one retires"
            raise RefusedError(msg)
        edition.status = EditionStatus.RETIRED
        edition.save(update_fields=["status"])
        fields = {"number": edition.number, "reason": reason, "followed": False}
        before = {"status": "published"}
        return record(by, edition, EDITION_RETIRED, before, {"status": "retired"} | fields)
