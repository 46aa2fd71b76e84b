"""How far a provision reaches: running assessments and organisations, counted.

For those who keep the law of the whole installation right. They see numbers;
names only of what they may read as members.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from compliance.content.checklists.models import Edition
from compliance.content.legal_index.models import Provision
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.law_changes.law import running


@dataclass(frozen=True, slots=True)
class Reach:
    """Running work that rests on a provision.

    ``edition`` is one of the library; None stands for all own checklists together, whose
    names belong to their organisations.
    """

    edition: Edition | None
    questions: int
    assessments: int
    organisations: int


@dataclass(frozen=True, slots=True)
class Reached:
    """All that rests on a provision, by edition, and what of it has a name.

    ``assessments`` and ``organisations`` count what the last change touches: work in
    editions older than it; where nothing changed, what a change would touch.
    """

    assessments: int
    organisations: int
    editions: Sequence[Reach]
    known: Sequence[Assessment]


_COUNTS = {
    "questions": Count("question", distinct=True),
    "assessments": Count("assessment", distinct=True),
    "organisations": Count("assessment__organisation", distinct=True),
}


def reached(provision: Provision, readable: Collection[Organisation]) -> Reached:
    """How far a provision reaches: five queries.

    ``readable`` are the organisations whose assessments the person may read.
    """
    rows = running().filter(question__citations__provision=provision).order_by()
    touched = _touched(rows, provision)
    total = touched.aggregate(assessments=_COUNTS["assessments"], organisations=_COUNTS["organisations"])
    theirs = Assessment.objects.filter(organisation__in=readable, pk__in=touched.values("assessment"))
    joined = theirs.select_related("organisation", "edition__checklist")
    return Reached(
        total["assessments"],
        total["organisations"],
        [*_of_library(rows), *_of_own(rows)],
        list(joined.order_by("organisation__name", "-started_at")),
    )


def _touched(rows: QuerySet[Answer], provision: Provision) -> QuerySet[Answer]:
    at = provision.changed_at
    return rows.filter(assessment__edition__published_at__lt=at) if at else rows


def _of_library(rows: QuerySet[Answer]) -> list[Reach]:
    shipped = rows.filter(assessment__edition__checklist__organisation=None)
    counts = shipped.values("assessment__edition").annotate(**_COUNTS)
    found = {edition: numbers for edition, *numbers in counts.values_list("assessment__edition", *_COUNTS)}
    editions = Edition.objects.filter(pk__in=found).select_related("checklist")
    ordered = editions.order_by("checklist__title", "-published_at")
    return [Reach(edition, *found[edition.pk]) for edition in ordered]


def _of_own(rows: QuerySet[Answer]) -> list[Reach]:
    own = rows.filter(assessment__edition__checklist__organisation__isnull=False)
    counts = own.aggregate(**_COUNTS)
    return [Reach(None, **counts)] if counts["assessments"] else []
