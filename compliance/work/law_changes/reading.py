"""The legal index as those see it who keep it right."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Edition
from compliance.content.legal_index.models import Instrument, Provision
from compliance.ground.web.spelling import having


def instruments() -> QuerySet[Instrument]:
    """Each with ``count`` provisions, of which editors changed ``amended``."""
    return Instrument.objects.order_by("name").annotate(
        count=Count("provisions"),
        amended=Count("provisions", filter=Q(provisions__amended_at__isnull=False)),
    )


def joined() -> QuerySet[Provision]:
    """Provisions with their instrument and successor."""
    return Provision.objects.select_related("instrument", "successor")


def provisions(instrument: Instrument, words: str = "") -> QuerySet[Provision]:
    """Those of one instrument that hold the words, in its order."""
    rows = joined().filter(instrument=instrument).order_by("position")
    for word in words.split()[:8]:
        rows = rows.filter(having(word, "cite", "title"))
    return rows


@dataclass(frozen=True, slots=True)
class Cited:
    """An edition of the library with the number of questions that rest on a provision."""

    edition: Edition
    count: int


def cited_in(provision: Provision) -> list[Cited]:
    """The published editions of the library that rest on a provision: one query."""
    rows = (
        Edition.objects.filter(
            checklist__organisation=None,
            status=EditionStatus.PUBLISHED,
            questions__citations__provision=provision,
        )
        .select_related("checklist")
        .annotate(count=Count("questions"))
        .order_by("checklist__title")
    )
    return [Cited(row, row.count) for row in rows]
