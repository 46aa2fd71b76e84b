"""The page about the content: editions, instruments, sources, open points."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from compliance.content.checklists import content
from compliance.content.checklists.choices import NoticeKind
from compliance.content.checklists.models import Notice, Relation
from compliance.content.legal_index.choices import ProvisionStatus
from compliance.content.legal_index.models import Instrument, stands_as
from compliance.identity.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Cited:
    """An instrument with the number of its provisions in each status today."""

    instrument: Instrument
    total: int
    counts: list[int]


def page(organisation: Organisation) -> dict[str, Any]:
    """All the page shows: four queries."""
    notices = list(Notice.objects.all())
    return {
        "editions": content.on_offer(organisation).annotate(
            question_count=Count("questions", distinct=True),
            cited_count=Count("questions__citations__provision", distinct=True),
        ),
        "statuses": ProvisionStatus.labels,
        "instruments": list(_instruments()),
        "relation_count": Relation.objects.count(),
        "sources": [row for row in notices if row.kind == NoticeKind.SOURCE],
        "open_points": [row for row in notices if row.kind == NoticeKind.OPEN],
    }


def _instruments() -> Iterable[Cited]:
    today = timezone.localdate()
    counts = {
        f"in_{status}": Count("provisions", filter=stands_as(status, today, "provisions__"))
        for status in ProvisionStatus.values
    }
    for row in Instrument.objects.annotate(**counts).order_by("name"):
        numbers = [getattr(row, name) for name in counts]
        yield Cited(row, sum(numbers), numbers)
