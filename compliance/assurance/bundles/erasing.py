"""Erasing a person from the data of an imported assessment; its chain stays whole."""

import json
from collections.abc import Iterator
from uuid import UUID

from django.db import models

from compliance.assurance.reviews.events import ASSESSMENT_SIGNED
from compliance.identity.organisations.models import User
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.event_types import texts_of
from compliance.proof.audit.leaves import Place, without
from compliance.proof.audit.text_erasure import Cleaner, cleaned, holding
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Origin, OriginEvent, OriginTrail

There = dict[str, dict[str, list[Place]]]
"""Trail to number of an event to the places of the texts that were erased in it."""


def naming(person: User, texts: list[str]) -> models.QuerySet[Origin]:
    """Imported rows that name this person, or events or names that hold one of some texts."""
    events = OriginEvent.objects.filter(holding(texts))
    trails = OriginTrail.objects.annotate(text=models.functions.Cast("names", models.TextField())).filter(
        holding(texts, "text")
    )
    return Origin.objects.filter(
        models.Q(stated__people__has_key=str(person.pk))
        | models.Q(trails__in=events.values("trail"))
        | models.Q(trails__in=trails.values("pk"))
    ).distinct()


def erase_there(
    *, organisation_id: UUID, person: User, texts: list[str], clean: Cleaner
) -> tuple[There, int]:
    """Clean what came to an organisation, but for what is signed; and how much stays.

    Call it within the transaction that keeps what it gives in the chain of here. The
    person has the new name already.
    """
    left: There = {}
    kept = 0
    for origin in naming(person, texts).filter(organisation_id=organisation_id):
        if origin.assessment.status == AssessmentStatus.SIGNED:
            kept += 1
            continue
        _clean_stated(origin, person, clean)
        for row in origin.trails.all():
            _clean_names(row, clean)
            if events := dict(_clean_events(row, texts, clean)):
                left[str(row.pk)] = events
    return left, kept


def _clean_stated(origin: Origin, person: User, clean: Cleaner) -> None:
    stated = cleaned(origin.stated, clean)
    if str(person.pk) in stated.get("people", {}):
        stated["people"][str(person.pk)] = person.name
    Origin.objects.filter(pk=origin.pk).update(stated=stated)


def _clean_names(row: OriginTrail, clean: Cleaner) -> None:
    names = row.names | {"people": cleaned(row.names["people"], clean)}
    OriginTrail.objects.filter(pk=row.pk).update(names=names)


def _clean_events(row: OriginTrail, texts: list[str], clean: Cleaner) -> Iterator[tuple[str, list[Place]]]:
    named = row.events.filter(holding(texts))
    for event in list(named.exclude(action=ASSESSMENT_SIGNED)):
        content, salts, gone = without(
            json.loads(event.payload),
            event.salts,
            texts_of(event.action),
            lambda place, text: clean(text) != text,
        )
        if gone:
            OriginEvent.objects.filter(pk=event.pk).update(payload=canonical(content), salts=salts)
            yield str(event.seq), gone
