"""Freezing an edition for ever."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from compliance.content.checklists import content
from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus
from compliance.content.checklists.events import EDITION_PUBLISHED, EDITION_RETIRED
from compliance.content.checklists.models import Checklist, Edition
from compliance.content.checklists.recording import record
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.transaction import writing


def publish(
    *,
    by: Any,
    edition: Edition,
    extra: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Edition:
    """Freeze a draft for ever, and retire the edition that was published before.

    Assessments that run stay on the edition they were started on. ``extra`` goes on the
    trail as well; ``at`` is the moment, now if none is given. Refuses what is published
    already, and what asks nothing. Whether the person may publish is for ``reviewing``.
    """
    with writing():
        return _frozen(by, edition, extra or {}, at or timezone.now())


def _frozen(by: Any, edition: Edition, extra: dict[str, Any], at: datetime) -> Edition:
    # The checklist first: of two drafts that are published at once one comes second.
    checklist = Checklist.objects.select_for_update().get(pk=edition.checklist_id)
    edition = checklist.editions.select_for_update().get(pk=edition.pk)
    was = edition.status
    if was not in UNPUBLISHED:
        msg = f"Edition {edition.number} is {edition.get_status_display().lower()} already"
        raise RefusedError(msg)
    if not edition.questions.exists():
        msg = f"Edition {edition.number} has no questions yet"
        raise RefusedError(msg)
    older = list(checklist.editions.select_for_update().filter(status=EditionStatus.PUBLISHED))
    for old in older:
        old.status = EditionStatus.RETIRED
        old.save(update_fields=["status"])
        record(by, old, EDITION_RETIRED, {"status": "published"}, {"status": "retired"})
    edition.status = EditionStatus.PUBLISHED
    edition.published_at = at
    edition.content_hash = content.content_hash(content.document(edition))
    edition.save(update_fields=["status", "published_at", "content_hash"])
    after = {
        "status": "published",
        "number": edition.number,
        "content_hash": edition.content_hash,
    }
    record(by, edition, EDITION_PUBLISHED, {"status": was}, after | extra)
    return edition
