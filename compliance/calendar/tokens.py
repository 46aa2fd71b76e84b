"""Does each calendar open with the token that its entry in the trail says?

The column is in no event's rows, because a backup changes it.
"""

from collections.abc import Iterator
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.calendar.events import FEED_MADE
from compliance.calendar.models import Feed
from compliance.organisations.actions import hash_of


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Calendars that open with another token than that of the last entry about them."""
    rows = Feed.objects.filter(organisation=organisation_id)
    feeds = {str(row.pk): row for row in rows if not row.is_over}
    made = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label="feed",
        action=FEED_MADE,
        subject_id__in=feeds,
    )
    last = {event.subject_id: event for event in made.order_by("seq")}
    for key, event in last.items():
        if hash_of(feeds[key].token_hash) != trail.changes(event)[1]["token_mark"]:
            what = f"the token of the calendar {key} was changed without an entry"
            yield Fault(event.seq, what, Kind.SHARE)
