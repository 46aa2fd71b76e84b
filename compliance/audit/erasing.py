"""Erasing values from events: the chain holds, and a later event vouches for the rest."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import models

from compliance.audit import trail
from compliance.audit.chain import canonical, digest
from compliance.audit.events import TRAIL_ERASED
from compliance.audit.models import Event
from compliance.audit.transaction import writing

Cleaner = Callable[[str], str]


def erase(
    *,
    by: Any,
    organisation_id: UUID,
    subject: models.Model,
    events: models.QuerySet[Event],
    clean: Cleaner,
    there: dict[str, dict[str, str]] | None = None,
) -> int:
    """Take what ``clean`` takes out of texts from events of one chain; how many.

    Of each event that changes, payload and salt become empty for ever and what is left
    is kept beside them, under a hash that one new event holds. Nothing else of it can
    change: the database refuses. ``there`` holds such hashes for trails that came in a
    bundle, which no chain of here covers.
    """
    with writing():
        left: dict[str, str] = {}
        rows = events.filter(organisation_id=organisation_id).order_by("seq")
        for event in list(rows):
            before = trail.content_of(event)
            rest = canonical(cleaned(before, clean))
            if rest == canonical(before):
                continue
            Event.objects.filter(pk=event.pk).update(payload="", salt="", rest=rest)
            left[str(event.seq)] = digest(rest)
        trail.record(
            by=by,
            organisation_id=organisation_id,
            action=TRAIL_ERASED,
            subject=subject,
            after={"events": left} | ({"there": there} if there else {}),
        )
    return len(left)


def cleaned(value: Any, clean: Cleaner) -> Any:
    """A JSON value with every text in it cleaned, keys of objects too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(each, clean) for each in value]
    if isinstance(value, dict):
        return {clean(key): cleaned(each, clean) for key, each in value.items()}
    return value


def holding(texts: Iterable[str], field: str = "payload") -> models.Q:
    """Rows whose JSON holds one of some texts, as either database writes it."""
    found = models.Q(pk__in=[])
    for text in texts:
        for is_plain in (True, False):
            written = json.dumps(text, ensure_ascii=is_plain)[1:-1]
            found |= models.Q(**{f"{field}__icontains": written})
    return found
