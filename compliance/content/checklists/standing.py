"""Next steps of an editor with the checklist of an edition."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from compliance.content.checklists import content
from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus
from compliance.content.checklists.models import Edition
from compliance.identity.organisations.models import Organisation, User


@dataclass(frozen=True, slots=True)
class Standing:
    """The state behind the buttons on the page of an edition.

    ``own`` is the newest edition of the organisation's own checklist of the same key,
    ``draft`` its edition that is not published yet, ``newer`` the edition that the
    original has published since it was cloned or merged.
    """

    is_own: bool
    can_clone: bool
    can_draft: bool
    can_retire: bool
    own: Edition | None
    draft: Edition | None
    newer: Edition | None
    is_sender: bool


def to_publish(organisation: Organisation, person: User) -> QuerySet[Edition]:
    """Editions in review that someone else sent, oldest first: the organisation's own.

    For an editor of the library those of the library, too.
    """
    kept = Q(checklist__organisation=organisation)
    if person.is_editor:
        kept |= Q(checklist__organisation=None)
    rows = Edition.objects.filter(kept, status=EditionStatus.REVIEW)
    sent = rows.exclude(sent_by=person).select_related("checklist", "sent_by").defer("extra")
    return sent.order_by("sent_at")


def of(edition: Edition, organisation: Organisation | None, person: User) -> Standing:
    """At most four queries. Without an organisation it is about the library itself."""
    checklist = edition.checklist
    is_own = checklist.organisation_id == (organisation and organisation.pk)
    is_published = edition.status == EditionStatus.PUBLISHED
    rows = Edition.objects.filter(checklist__organisation=organisation, checklist__key=checklist.key)
    editions = list(rows.order_by("-pk"))
    draft = next((row for row in editions if row.status in UNPUBLISHED), None)
    return Standing(
        is_own=is_own,
        can_clone=not is_own and is_published and not editions,
        can_draft=is_own and draft is None and content.is_newest(edition),
        can_retire=is_own and is_published,
        own=editions[0] if editions else None,
        draft=draft,
        newer=content.newer_original(checklist) if is_own else None,
        is_sender=edition.sent_by_id == person.pk,
    )


def running_facts(edition: Edition) -> list[dict[str, Any]]:
    """The facts of each running assessment on an edition of the checklist: one query.

    Samples are left out.
    """
    # "running" is a word of the room above, which this one does not know
    rows = Edition.objects.filter(
        checklist=edition.checklist_id,
        assessments__status="running",
        assessments__organisation__sample_of=None,
    )
    return list(rows.values_list("assessments__facts", flat=True))
