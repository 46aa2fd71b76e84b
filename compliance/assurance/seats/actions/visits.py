"""Records everything that an auditor opens or downloads."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from compliance.assurance.seats.actions.locking import named, record
from compliance.assurance.seats.events import SEAT_DOWNLOADED, SEAT_VIEWED
from compliance.assurance.seats.models import Seat
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing

VISIT = timedelta(hours=1)
"""Looking at the same thing again within it is one visit."""


def note_view(*, by: User, seat: Seat, about: str) -> None:
    """Record that the auditor read something, once in a visit.

    ``about`` names it: "Overview", "Section Governance", "A122".
    """
    after = {"about": about}
    said = named(seat.assessment) | after
    seen = Event.objects.filter(
        organisation_id=seat.assessment.organisation_id,
        subject_label="seat",
        subject_id=str(seat.pk),
        action=SEAT_VIEWED,
        payload__contains=canonical(after)[1:-1],
        at__gte=timezone.now() - VISIT,
    )
    if any(trail.changes(event)[1] == said for event in seen.order_by()):
        return
    with writing():
        record(by, seat.assessment, SEAT_VIEWED, seat, after=after)


def note_download(*, by: User, seat: Seat, about: str, sha256: str) -> None:
    """Record that the auditor downloaded a file, each time."""
    after: dict[str, Any] = {"about": about, "sha256": sha256}
    with writing():
        record(by, seat.assessment, SEAT_DOWNLOADED, seat, after=after)
