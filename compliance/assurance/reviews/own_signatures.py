"""A person's own signatures, as the trail has them, with the factor each rests on."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from compliance.assurance.reviews.events import ASSESSMENT_SIGNED
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Assessment

MOST = 200


class Signed(NamedTuple):
    """One signature; ``assessment`` is None where the person may look no longer."""

    at: datetime
    assessment: Assessment | None
    revision: int
    content_hash: str
    method: str
    named: str
    """The passkey, or the provider."""
    seq: int


def signed_by(person: User, readable: Collection[Organisation]) -> list[Signed]:
    """Their newest signatures in all organisations, whatever became of them since.

    ``readable`` are the organisations whose assessments the person may read.
    """
    events = list(Event.objects.filter(actor=person, action=ASSESSMENT_SIGNED).order_by("-at")[:MOST])
    seen = Assessment.objects.select_related("organisation", "edition__checklist")
    found = seen.filter(organisation__in=readable).in_bulk([event.scope_id for event in events])
    return [_signed(event, found.get(event.scope_id)) for event in events]


def _signed(event: Event, assessment: Assessment | None) -> Signed:
    _before, after = trail.changes(event)
    return Signed(
        at=event.at,
        assessment=assessment,
        revision=after["revision"],
        content_hash=after["content_hash"],
        method=after["method"],
        named=after.get("passkey") or after.get("provider", ""),
        seq=event.seq,
    )
