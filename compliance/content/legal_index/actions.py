"""Changes to the legal index."""

from typing import Any

from django.utils import timezone

from compliance.content.legal_index.amendments import FIELDS
from compliance.content.legal_index.events import (
    INSTRUMENT_ADDED,
    INSTRUMENT_CHANGED,
    PROVISION_RELEASED,
    PROVISIONS_SET,
)
from compliance.content.legal_index.models import Instrument, Provision
from compliance.proof.audit import trail
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.refusals import RefusedError, StaleError
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.storing import difference, stored
from compliance.proof.audit.transaction import writing

INSTRUMENT = ("name", "title", "official_id", "url", "force", "fines", "seen_on")


@writing()
def store_instrument(*, by: Any, document: dict[str, Any]) -> bool:
    """Add an instrument with its provisions, or bring it up to date.

    ``document`` has the instrument's fields and ``provisions``: ``cite``, ``title``,
    ``url``, ``applies_from``, ``status`` and ``successor`` (a citation or ""). Whether
    anything changed. A provision that an editor changed on screen stays as it is, see
    ``held``. Refuses to drop a provision: it can only be repealed.
    """
    fields = {name: document[name] for name in INSTRUMENT if name in document}
    instrument = Instrument.objects.filter(key=document["key"]).first()
    instrument = instrument or Instrument(key=document["key"])
    changed = stored(by, instrument, fields, (INSTRUMENT_ADDED, INSTRUMENT_CHANGED))
    return _store_provisions(by, instrument, document["provisions"]) or changed


def _store_provisions(by: Any, instrument: Instrument, wanted: list[dict[str, Any]]) -> bool:
    kept = {row.cite: row for row in instrument.provisions.select_related("successor")}
    before = {cite: _provision(row) for cite, row in kept.items()}
    after = {row["cite"]: row | {"position": at} for at, row in enumerate(wanted, 1)}
    after |= {
        cite: before[cite] | {"position": after[cite]["position"]}
        for cite, row in kept.items()
        if row.amended_at and cite in after
    }
    if dropped := [cite for cite in kept if cite not in after]:
        msg = f"{dropped[0]} is missing; a provision is never dropped, set it to repealed"
        raise RefusedError(msg)
    changed = [cite for cite, values in after.items() if before.get(cite) != values]
    if not changed:
        return False
    rows = {cite: kept.get(cite) or Provision(instrument=instrument) for cite in changed}
    for cite, row in rows.items():
        for name, value in after[cite].items():
            if name != "successor":
                setattr(row, name, value)
    inserted(Provision.objects.bulk_create([row for row in rows.values() if row.pk is None]))
    linked = _elsewhere(after) | kept | rows
    for cite, row in rows.items():
        row.successor = linked.get(after[cite]["successor"])
    moved = [row for cite, row in rows.items() if cite in kept or row.successor]
    fields = ["title", "url", "applies_from", "status", "position", "successor"]
    Provision.objects.bulk_update(moved, fields, batch_size=500)
    _record_provisions(by, instrument, before, {cite: after[cite] for cite in changed})
    return True


def _elsewhere(wanted: dict[str, dict[str, Any]]) -> dict[str, Provision]:
    """The successors that provisions have in other instruments, by citation."""
    named = {values["successor"] for values in wanted.values()} - {"", *wanted}
    rows = Provision.objects.filter(cite__in=named) if named else ()
    return {row.cite: row for row in rows}


def held(document: dict[str, Any]) -> list[str]:
    """Citations that stay as an editor changed them though an index says otherwise.

    ``document`` is one for ``store_instrument``, before or after it was stored.
    """
    rows = Provision.objects.filter(instrument__key=document["key"], amended_at__isnull=False)
    stand = {row.cite: _provision(row) for row in rows.select_related("successor")}
    return [
        row["cite"]
        for row in document["provisions"]
        if row["cite"] in stand and difference(row, stand[row["cite"]])
    ]


def mark_of(row: Provision) -> str:
    """A mark that shows whether a provision, its successor joined, was changed since."""
    return digest(canonical(_provision(row)))


@writing()
def amend_provision(*, by: Any, provision_id: int, values: dict[str, Any], reason: str, seen: str) -> bool:
    """Change what the legal index says of a provision; whether anything changed.

    ``values`` has any of the fields that ``store_instrument`` takes but "cite"; ``seen``
    is the ``mark_of`` it as the change was made. Raises ``StaleError`` when it is
    another one by now, and ``RefusedError`` for a successor that cannot be.
    """
    rows = Provision.objects.select_for_update(of=("self",)).select_related("instrument", "successor")
    row = rows.get(pk=provision_id)
    before = _provision(row)
    after = before | values
    if after == before:
        return False
    if mark_of(row) != seen:
        raise StaleError
    row.successor = _successor(row, after["successor"])
    for name in ("title", "url", "status", "applies_from"):
        setattr(row, name, after[name])
    row.amended_at = timezone.now()
    row.save()
    stood, now = {row.cite: before}, {row.cite: after}
    _record_provisions(by, row.instrument, stood, now, {"reason": reason})
    return True


def _successor(row: Provision, cite: str) -> Provision | None:
    if not cite:
        return None
    found = Provision.objects.filter(cite=cite).first()
    if found is None:
        msg = f"{cite} is not in the legal index"
        raise RefusedError(msg)
    seen = {row.pk}
    later: Provision | None = found
    while later is not None:
        if later.pk in seen:
            msg = f"{cite} leads back to {row.cite}"
            raise RefusedError(msg)
        seen.add(later.pk)
        later = later.successor
    return found


@writing()
def release_provision(*, by: Any, provision_id: int) -> None:
    """Let legal indexes count again for a provision that was changed on screen."""
    rows = Provision.objects.select_for_update(of=("self",))
    row = rows.select_related("instrument").get(pk=provision_id)
    if row.amended_at is None:
        return
    row.amended_at = None
    row.save(update_fields=["amended_at"])
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action=PROVISION_RELEASED,
        subject=row.instrument,
        after={"cite": row.cite},
    )


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
    also: dict[str, Any] | None = None,
) -> None:
    known = {cite: values for cite, values in after.items() if cite in before}
    old = {cite: difference(before[cite], values) for cite, values in known.items()}
    new = {cite: difference(values, before[cite]) for cite, values in known.items()}
    event = trail.record(
        by=by,
        organisation_id=LIBRARY,
        action=PROVISIONS_SET,
        subject=instrument,
        before={"provisions": old} if known else {},
        after={"provisions": new, "added": len(after) - len(known)} | (also or {}),
    )
    changed = [
        cite for cite, values in known.items() if not FIELDS.isdisjoint(difference(values, before[cite]))
    ]
    if changed:
        Provision.objects.filter(cite__in=changed).update(changed_at=event.at)
