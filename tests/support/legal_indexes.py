"""A new legal index, for tests: one that changes fields of some provisions."""

from compliance.content.legal_index.actions import store_instrument
from compliance.models import Instrument


def amend(changes, key="law", **head):
    """Bring in an index that differs in ``changes``: citation to fields, and in ``head``."""
    instrument = Instrument.objects.get(key=key)
    rows = instrument.provisions.select_related("successor").order_by("position")
    document = {
        name: getattr(instrument, name) for name in ("key", "name", "title", "official_id", "url", "force")
    } | head
    document["provisions"] = [
        {
            "cite": row.cite,
            "title": row.title,
            "url": row.url,
            "applies_from": row.applies_from.isoformat(),
            "status": row.status,
            "successor": row.successor.cite if row.successor else "",
        }
        | changes.get(row.cite, {})
        for row in rows
    ]
    return store_instrument(by=None, document=document)
