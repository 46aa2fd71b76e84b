"""Do share links open with the token, and until the day, that their entries say?

Both columns are in no event's rows, because a backup changes them.
"""

from collections.abc import Iterator
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.organisations.actions import hash_of
from compliance.organisations.models import OVER
from compliance.seats.events import SHARE_MADE
from compliance.seats.models import ShareLink


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Links that open with another token, or longer, than their entries say."""
    rows = ShareLink.objects.filter(assessment__organisation=organisation_id)
    links = {str(row.pk): row for row in rows if not row.token_hash.startswith(OVER)}
    made = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label="sharelink",
        action=SHARE_MADE,
        subject_id__in=links,
    )
    for event in made.order_by("seq"):
        row, after = links[event.subject_id], trail.changes(event)[1]
        stands = {
            "token": (hash_of(row.token_hash), after["token_mark"]),
            "end": (row.expires_at.isoformat(), after["until"]),
        }
        for word, (now, then) in stands.items():
            if now != then:
                what = f"the share link {row.pk}, “{row.label}”: its {word} was changed"
                yield Fault(event.seq, f"{what} without an entry", Kind.SHARE)
