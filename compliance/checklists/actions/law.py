"""Changes to themes and to the legal index."""

from typing import Any

from django.db import transaction

from compliance.audit import trail
from compliance.audit.models import LIBRARY
from compliance.checklists.actions.recording import RefusedError, difference, stored
from compliance.checklists.models import Instrument, Provision, Theme


@transaction.atomic
def store_theme(*, by: Any, key: str, name: str, position: int) -> bool:
    """Add a theme or bring it up to date. Whether anything changed."""
    theme = Theme.objects.filter(key=key).first()
    return stored(by, theme or Theme(key=key), {"name": name, "position": position})


@transaction.atomic
def store_instrument(*, by: Any, document: dict[str, Any]) -> bool:
    """Add an instrument with its provisions, or bring it up to date.

    ``document`` has the instrument's fields and ``provisions``: ``cite``, ``title``,
    ``url``, ``applies_from``, ``status`` and ``successor`` (a citation or ""). Whether
    anything changed. Refuses to drop a provision: it can only be repealed.
    """
    fields = {name: document[name] for name in ("name", "title", "official_id", "url")}
    instrument = Instrument.objects.filter(key=document["key"]).first()
    instrument = instrument or Instrument(key=document["key"])
    changed = stored(by, instrument, fields)
    return _store_provisions(by, instrument, document["provisions"]) or changed


def _store_provisions(
    by: Any, instrument: Instrument, wanted: list[dict[str, Any]]
) -> bool:
    kept = {row.cite: row for row in instrument.provisions.select_related("successor")}
    before = {cite: _provision(row) for cite, row in kept.items()}
    after = {row["cite"]: row | {"position": at} for at, row in enumerate(wanted, 1)}
    if dropped := [cite for cite in kept if cite not in after]:
        msg = (
            f"{dropped[0]} is missing; a provision is never dropped, set it to repealed"
        )
        raise RefusedError(msg)
    changed = [cite for cite, values in after.items() if before.get(cite) != values]
    if not changed:
        return False
    rows = {
        cite: kept.get(cite) or Provision(instrument=instrument) for cite in changed
    }
    for cite, row in rows.items():
        for name, value in after[cite].items():
            if name != "successor":
                setattr(row, name, value)
    Provision.objects.bulk_create([row for row in rows.values() if row.pk is None])
    linked = kept | rows
    for cite, row in rows.items():
        row.successor = linked.get(after[cite]["successor"])
    moved = [row for cite, row in rows.items() if cite in kept or row.successor]
    fields = ["title", "url", "applies_from", "status", "position", "successor"]
    Provision.objects.bulk_update(moved, fields, batch_size=500)
    _record_provisions(by, instrument, before, {cite: after[cite] for cite in changed})
    return True


def _provision(row: Provision) -> dict[str, Any]:
    return {
        "cite": row.cite,
        "title": row.title,
        "url": row.url,
        "applies_from": row.applies_from.isoformat(),
        "status": row.status,
        "successor": row.successor.cite if row.successor else "",
        "position": row.position,
    }


def _record_provisions(
    by: Any,
    instrument: Instrument,
    before: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
) -> None:
    known = {cite: values for cite, values in after.items() if cite in before}
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action="instrument.provisions-set",
        subject=instrument,
        before={
            cite: difference(before[cite], values) for cite, values in known.items()
        },
        after={cite: difference(values, before[cite]) for cite, values in known.items()}
        | {"added": len(after) - len(known)},
    )
