"""A checklist of the library and an organisation's own copy of it, seen as one line."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Checklist, Edition
from compliance.content.checklists.models.checklist import EditionQuerySet
from compliance.identity.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Movable:
    """A running assessment that could move, and the edition on which it is."""

    assessment_id: UUID
    subject: str
    checklist: str
    number: str


def line(checklist: Checklist, organisation: Organisation) -> QuerySet[Checklist]:
    """The checklist that others were copied from, and the organisation's own copy."""
    base = checklist.cloned_from
    original = base.checklist_id if base else checklist.pk
    return Checklist.objects.filter(
        Q(organisation=None) | Q(organisation=organisation),
        Q(pk=original) | Q(cloned_from__checklist=original),
    )


def originals(organisation: Organisation) -> dict[int, int]:
    """Own copy to the checklist that it was copied from, by id."""
    copies = organisation.checklists.exclude(cloned_from=None)
    return dict(copies.values_list("pk", "cloned_from__checklist"))


def destinations(edition: Edition, organisation: Organisation) -> EditionQuerySet:
    """The published editions to which an assessment on one can move.

    One of each checklist at most, that of the library first.
    """
    editions = Edition.open_now(organisation).exclude(pk=edition.pk)
    found = editions.filter(checklist__in=line(edition.checklist, organisation))
    return found.order_by(F("checklist__organisation").asc(nulls_first=True))


def movable(edition: Edition, organisation: Organisation) -> list[Movable]:
    """The running assessments that an edition invites to move: one query at most.

    They are on another edition of its checklist, or of the original of a copy. None
    where the edition is not published.
    """
    if edition.status != EditionStatus.PUBLISHED:
        return []
    before = Q(pk=edition.checklist_id)
    if edition.checklist.cloned_from_id:
        before |= Q(editions=edition.checklist.cloned_from_id)
    # "running" is a word of the room above, which this one does not know
    rows = Edition.objects.filter(
        checklist__in=Checklist.objects.filter(before),
        assessments__organisation=organisation,
        assessments__status="running",
    ).exclude(pk=edition.pk)
    names = ("assessments", "assessments__subject", "checklist__title", "number")
    ordered = rows.order_by("assessments__subject", "assessments__started_at")
    return [Movable(*row) for row in ordered.values_list(*names)]


def with_hash(edition: Edition, organisation: Organisation, text: str) -> Edition | None:
    """The edition of the same line that has a content hash; None where none has it."""
    found = Edition.objects.filter(content_hash=text).select_related("checklist")
    return found.filter(checklist__in=line(edition.checklist, organisation)).first()
