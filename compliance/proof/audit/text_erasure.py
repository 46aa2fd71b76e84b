"""Erasing texts from events: what is left stays proven by the hash of that day."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, models

from compliance.proof.audit import trail
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.columns import columns_of, proven
from compliance.proof.audit.event_types import texts_of
from compliance.proof.audit.events import TRAIL_ERASED
from compliance.proof.audit.leaves import Place, without
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing

Cleaner = Callable[[str], str]


def erase(
    *,
    by: Any,
    organisation_id: UUID,
    subject: models.Model,
    events: models.QuerySet[Event],
    clean: Cleaner,
    own: Mapping[str, Collection[str]] | None = None,
    there: dict[str, dict[str, list[Place]]] | None = None,
) -> int:
    """Erase the texts of events of one chain that ``clean`` would change; how many events.

    Each such leaf loses value and salt for ever and keeps its hash, so the event's own
    hash still proves all its other leaves. One new event names the places. ``own`` has
    rows, model to keys, whose texts go whatever they say, and so does what events about
    such a row say of it. ``there`` has places of trails that came in a bundle.
    What a row goes on saying, since it is frozen, stays in its events, too.
    """
    with writing():
        left: dict[str, list[Place]] = {}
        rows = events.filter(organisation_id=organisation_id).order_by("seq")
        for event in list(rows):
            content, salts, gone = without(
                json.loads(event.payload),
                event.salts,
                texts_of(event.action),
                partial(_goes, clean, own, event),
            )
            if gone:
                Event.objects.filter(pk=event.pk).update(payload=canonical(content), salts=salts)
                left[str(event.seq)] = gone
        trail.record(
            by=by,
            organisation_id=organisation_id,
            action=TRAIL_ERASED,
            subject=subject,
            after={"events": left} | ({"there": there} if there else {}),
        )
    return len(left)


def _goes(
    clean: Cleaner,
    own: Mapping[str, Collection[str]] | None,
    event: Event,
    place: Place,
    text: str,
) -> bool:
    kind, *at = place.split("/")[1:]
    is_of_row = kind == "rows"
    model, pk = at[1:3] if is_of_row else (event.subject_label, event.subject_id)
    if pk in (own or {}).get(model, ()):
        return True
    if clean(text) == text:
        return False
    column = at[3] if is_of_row else at[0]
    return kind == "before" or not _is_kept(clean, model, pk, column)


def _is_kept(clean: Cleaner, label: str, pk: str, column: str) -> bool:
    """Whether a row has its text still, since it is frozen: events go on proving it."""
    models_by_name = {one._meta.model_name: one for one in proven().values()}
    model = models_by_name.get(label)
    if model is None or column not in columns_of(model):
        return False
    attname = columns_of(model)[column].attname
    value = model._base_manager.filter(pk=pk).values_list(attname, flat=True).first()
    return bool(cleaned(value, clean) != value)


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
    """Rows whose JSON, or text, holds one of some texts, as either database writes it."""
    written = {
        form
        for text in texts
        for form in (
            text,
            json.dumps(text)[1:-1],
            json.dumps(text, ensure_ascii=False)[1:-1],
        )
    }
    if connection.vendor == "sqlite":  # it takes any case for the same in ASCII alone
        written = {form.lower() if form.isascii() else form for form in written}
    conditions = [(f"{field}__icontains", form) for form in sorted(written)]
    return models.Q(("pk__in", []), *conditions, _connector=models.Q.OR)
