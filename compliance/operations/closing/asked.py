"""Did an owner ask for this deletion, in time? The trail and its checkpoints say it.

The columns of an organisation alone let nothing go: whoever writes to the database can
change them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from compliance.identity.organisations.models import Organisation
from compliance.operations.closing.events import (
    ORGANISATION_CLOSED,
    ORGANISATION_KEPT,
    ORGANISATION_POSTPONED,
)
from compliance.proof.audit import receipts, trail, verification
from compliance.proof.audit.events import TRAIL_ENDED
from compliance.proof.audit.models import Deletion, Event


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing that nobody stopped: who asked when, its last day, and the event with that."""

    account: int
    asked_at: datetime
    closes_at: datetime
    seq: int


def standing(organisation_id: UUID) -> Closing | None:
    """The closing that the trail of an organisation ends with, if it does."""
    about = [ORGANISATION_CLOSED, ORGANISATION_KEPT, ORGANISATION_POSTPONED]
    events = Event.objects.filter(organisation_id=organisation_id, action__in=about)
    newest = events.order_by("-seq").first()
    asked = events.filter(action=ORGANISATION_CLOSED).order_by("-seq").first()
    if newest is None or newest.action == ORGANISATION_KEPT:
        return None
    if asked is None or asked.actor_id is None:
        return None
    _, after = trail.changes(newest)
    closes_at = datetime.fromisoformat(after["closes_at"])
    return Closing(asked.actor_id, asked.at, closes_at, newest.seq)


def why_not(organisation_id: UUID) -> str:
    """Why an organisation may not be deleted now; "" where its trail proves that it may.

    The days of grace count from the first signed checkpoint that has its closing: nobody
    who writes to the database alone can date that back.
    """
    closing = standing(organisation_id)
    if closing is None:
        return "no owner closed it, as its trail says"
    row = Organisation.objects.filter(pk=organisation_id).first()
    recorded = (closing.account, closing.closes_at)
    if row is None or (row.closing_by_id, row.closes_at) != recorded:
        return "its last day, or who closed it, is not what its trail says"
    signed, _ = verification.signed_checkpoints(organisation_id)
    since = min((one.at for one in signed if one.size >= closing.seq), default=None)
    grace = timedelta(days=settings.GRACE_DAYS)
    if since is None or since + grace > timezone.now():
        return "no checkpoint from before its days of grace has its closing"
    return ""


def is_ended(organisation_id: UUID) -> bool:
    """Whether a trail says that its organisation is being deleted."""
    events = Event.objects.filter(organisation_id=organisation_id)
    return events.filter(action=TRAIL_ENDED).exists()


def why_not_ending(organisation_id: UUID) -> str:
    """The fault of a trail that says so; "" where its rows are going just now."""
    begun = Deletion.objects.filter(pk=organisation_id).first()
    if begun is None:
        return "its trail says that it is being deleted, and nothing deletes it"
    if not verification.is_being_deleted(organisation_id):
        return f"its deletion began on {begun.began_at:%Y-%m-%d} and has not ended"
    if receipts.find(organisation_id):
        return ""
    why = why_not(organisation_id)
    return why and f"its trail says that it is being deleted, but {why}"
