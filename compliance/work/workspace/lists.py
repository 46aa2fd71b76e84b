"""Assessments of an organisation with their numbers, for lists."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Q, When

from compliance.content.checklists.force import rates
from compliance.content.checklists.rating import counted_as
from compliance.ground.charts.shapes import Chart, bar
from compliance.ground.web.spelling import having
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.choices import TALKED, AssessmentStatus
from compliance.work.assessments.earlier_assessments import periods_before
from compliance.work.assessments.models import Answer, Assessment, AssessmentQuerySet
from compliance.work.assessments.scoring import Tally, tally
from compliance.work.presence.seeing import with_news
from compliance.work.signatures.validity import Void, voids_in


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """The state of one assessment; ``law`` counts duties, ``rated`` recommended questions.

    ``ahead`` counts what is asked for only later.
    ``to_confirm`` counts "not applicable" that waits for a second person, ``again``
    what asks to be confirmed again, ahead or not. ``has_news`` says that others
    changed answers since the viewer last looked, ``void`` what voids the signature.
    ``before`` is the state of the same subject's period before, with numbers alone.
    """

    assessment: Assessment
    law: Tally
    rated: Tally
    ahead: Tally
    to_confirm: int
    again: int
    has_news: bool = False
    void: Void | None = None
    before: "AssessmentState | None" = None

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
MANY = 6
"""Assessments from which on a list has a heading for each theme."""


def listed(organisation: Organisation, words: str = "") -> AssessmentQuerySet:
    """Every assessment by theme, newest first, signed and archived ones last.

    ``words`` stand in the name of its checklist or subject.
    """
    rows = organisation.assessments.for_page()
    for word in words.split():
        rows = rows.filter(having(word, "subject", "edition__checklist__title"))
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


def standing(assessments: Sequence[Assessment], today: date, viewer_id: int) -> list[AssessmentState]:
    """The numbers of some assessments: three queries, and those of ``voids_in``."""
    new = with_news(assessments, viewer_id)
    voids = voids_in(assessments)
    earlier = periods_before(assessments)
    of = _counts({*assessments, *earlier.values()}, today)

    def state(one: Assessment, before: AssessmentState | None) -> AssessmentState:
        rows = of[one.pk]
        return AssessmentState(
            one,
            tally((row[0], row[2]) for row in rows if not row[1]),
            tally((_counted(row), row[2]) for row in rows if row[1]),
            tally((_counted(row), row[3]) for row in rows),
            sum(waits for *_, waits, _ in rows),
            sum(again for *_, again in rows),
            one.pk in new,
            voids.get(one.pk),
            before,
        )

    last = {pk: state(one, None) for pk, one in earlier.items() if one.pk in of}
    return [state(one, last.get(one.pk)) for one in assessments]


def by_theme(
    states: Sequence[AssessmentState],
) -> list[tuple[str, list[AssessmentState]]]:
    """Assessments that stand in the order of their themes, under the name of each.

    Few of them, or of one theme, stand together under "".
    """
    themes = groupby(states, lambda one: one.assessment.edition.checklist.theme.name)
    found = [(name, list(some)) for name, some in themes]
    if len(found) < 2 or len(states) < MANY:
        return [("", list(states))] if states else []
    return found


def _counts(assessments: Collection[Assessment], today: date) -> defaultdict[UUID, list[Any]]:
    """Verdict, whether it rates, and the four counts of applicable answers, by assessment."""
    later = Q(binds_from__gt=today)
    counts = (
        Answer.objects.filter(assessment__in=assessments, applies=True)
        .annotate(rates=rates(one.edition for one in assessments))
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
    return of


def _counted(row: list[Any]) -> str:
    return counted_as(row[0], rates=row[1])
