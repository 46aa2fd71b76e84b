"""Assessments of an organisation with their numbers, for lists."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Q, When

from compliance.assessments.choices import TALKED, AssessmentStatus
from compliance.assessments.models import Answer, Assessment, AssessmentQuerySet
from compliance.assessments.scoring import Tally, tally
from compliance.assessments.signature_validity import Void, voids_in
from compliance.charts.shapes import Chart, bar
from compliance.checklists.force import rates
from compliance.checklists.rating import counted_as
from compliance.organisations.models import Organisation
from compliance.workspace.seeing import with_news


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """The state of one assessment; ``law`` counts duties, ``rated`` recommended questions.

    ``ahead`` counts what is asked for only later.
    ``to_confirm`` counts "not applicable" that waits for a second person, ``again``
    what asks to be confirmed again, ahead or not. ``has_news`` says that others
    changed answers since the viewer last looked, ``void`` what voids the signature.
    """

    assessment: Assessment
    law: Tally
    rated: Tally
    ahead: Tally
    to_confirm: int
    again: int
    has_news: bool = False
    void: Void | None = None

    @property
    def tally(self) -> Tally:
        """Both together: how far the answering is."""
        return self.law + self.rated

    @property
    def chief(self) -> Tally:
        """The tally of bar and share: the law, or the ratings where there is no law."""
        return self.law if self.law.total else self.rated

    @property
    def bar(self) -> Chart:
        return bar(self.chief.parts(), 400)


ON_A_PAGE = 20


def listed(organisation: Organisation, words: str = "") -> AssessmentQuerySet:
    """Every assessment by theme, newest first, signed and archived ones last.

    ``words`` stand in the name of its checklist or subject.
    """
    rows = organisation.assessments.for_page()
    for word in words.split():
        rows = rows.filter(
            Q(subject__icontains=word) | Q(edition__checklist__title__icontains=word)
        )
    return rows.order_by(
        Case(
            When(status__in=TALKED, then=0),
            When(status=AssessmentStatus.SIGNED, then=1),
            default=2,
        ),
        "edition__checklist__theme__position",
        "-started_at",
        "pk",
    )


def standing(
    assessments: Sequence[Assessment], today: date, viewer_id: int
) -> list[AssessmentState]:
    """The numbers of some assessments: two queries, and those of ``voids_in``."""
    new = with_news(assessments, viewer_id)
    voids = voids_in(assessments)
    later = Q(binds_from__gt=today)
    counts = (
        Answer.objects.filter(assessment__in=assessments, applies=True)
        .annotate(rates=rates())
        .values_list("assessment_id", "verdict", "rates")
        .annotate(
            now=Count("pk", filter=~later),
            ahead=Count("pk", filter=later),
            waits=Count("pk", filter=Q(na_by__isnull=False, na_confirmed_by=None)),
            again=Count("pk", filter=Q(again__gt="")),
        )
        .order_by()
    )
    of: defaultdict[UUID, list[Any]] = defaultdict(list)
    for assessment_id, *row in counts:
        of[assessment_id].append(row)
    return [
        AssessmentState(
            one,
            tally((row[0], row[2]) for row in of[one.pk] if not row[1]),
            tally((_counted(row), row[2]) for row in of[one.pk] if row[1]),
            tally((_counted(row), row[3]) for row in of[one.pk]),
            sum(waits for *_, waits, _ in of[one.pk]),
            sum(again for *_, again in of[one.pk]),
            one.pk in new,
            voids.get(one.pk),
        )
        for one in assessments
    ]


def _counted(row: list[Any]) -> str:
    return counted_as(row[0], rates=row[1])
