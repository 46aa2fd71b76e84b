"""Triggers: the trail is append-only below the ORM, and its head follows."""

from django.db import models

from compliance.ground.web.triggers import ALWAYS, after_insert, guard, same
from compliance.proof.audit.models import ChainHead, Deletion, Event
from compliance.proof.audit.owners import chain_of

TEXTS = ("payload", "salts")
ERASED = "NEW.salts LIKE '%=%'"
"""Only the text of a leaf may go: the salts then have the hash of one ("=")."""


def unless_deleted(model: type[models.Model], chain: str = "", frozen: str = ALWAYS) -> str:
    """The condition that a row is frozen and its organisation is not being deleted.

    ``chain`` is the lookup of the organisation's id, for a table that the trail does not prove.
    """
    organisation = chain_of(model, "OLD", chain)
    return (
        f"({frozen}) AND NOT EXISTS (SELECT 1 FROM compliance_deletion gone"  # noqa: S608
        f" WHERE gone.organisation_id = {organisation})"
    )


guard(
    Deletion,
    said="an organisation is deleted only when its days of grace are over, or as a sample",
    insert="NOT EXISTS (SELECT 1 FROM compliance_organisation o"
    " WHERE o.id = NEW.organisation_id AND o.closes_at <= CURRENT_TIMESTAMP)"
    " AND NOT EXISTS (SELECT 1 FROM compliance_chainhead h"
    " WHERE h.organisation_id = NEW.organisation_id AND h.is_disposable)",
    update=f"NOT ({same(Deletion, but=['rows', 'files', 'stays', 'receipt'])}"
    " AND NEW.rows >= OLD.rows"
    f" AND (OLD.files IS NULL OR {same(Deletion, 'files')})"
    f" AND (OLD.stays = '' OR {same(Deletion, 'stays')})"
    f" AND (OLD.receipt = '' OR {same(Deletion, 'receipt')}))",
    delete="",
)
guard(
    Event,
    said="events of the trail are never changed or deleted",
    update=f"NOT ({ERASED} AND {same(Event, but=TEXTS)})",
    delete=unless_deleted(Event, "organisation_id"),
)
guard(
    ChainHead,
    said="a chain may be thrown away from its first event on, or never, and what was signed stays noted",
    update=f"NOT ({same(ChainHead, 'is_disposable')}) OR (OLD.signed IS NOT NULL AND NEW.signed IS NULL)",
    delete="",
)
after_insert(
    Event,
    "event_moves_head",
    "UPDATE compliance_chainhead SET seq = NEW.seq, hash = NEW.hash"
    " WHERE organisation_id = NEW.organisation_id",
)
