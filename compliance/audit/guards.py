"""Triggers: the trail is append-only below the ORM, and its head follows."""

from compliance.audit.models import Event
from compliance.web.triggers import after_insert, guard, same

TEXTS = ("payload", "salts")
ERASED = "NEW.salts LIKE '%=%'"
"""Only the text of a leaf may go: the salts then have the hash of one ("=")."""

guard(
    Event,
    said="events of the trail are never changed or deleted",
    update=f"NOT ({ERASED} AND {same(Event, but=TEXTS)})",
)
after_insert(
    Event,
    "event_moves_head",
    "UPDATE compliance_chainhead SET seq = NEW.seq, hash = NEW.hash"
    " WHERE organisation_id = NEW.organisation_id",
)
