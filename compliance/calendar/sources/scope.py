"""The question that a calendar asks of its sources: whose dates, and which of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.models import Answer, AnswerQuerySet
from compliance.organisations.access import Permission
from compliance.organisations.models import Organisation, User

LAW_PAST = timedelta(days=31)
"""How long a date of the law stays in the calendar: all others end when they are settled."""


@dataclass(frozen=True, slots=True)
class DateScope:
    """``may`` are the permissions of whoever looks; ``person`` and ``assessment`` narrow."""

    organisation: Organisation
    may: Collection[Permission]
    today: date
    person: User | None = None
    assessment: UUID | None = None

    def of(self, person: User) -> Self:
        """The same for the work of one person only."""
        return replace(self, person=person)

    @property
    def law_since(self) -> date:
        """The first day of which law is shown."""
        return self.today - LAW_PAST

    def narrowed[M: Model](
        self, rows: QuerySet[M], *, person: str, assessment: str = "assessment"
    ) -> QuerySet[M]:
        """Those of the person and of the assessment that are wanted, by these fields."""
        given = {person: self.person, assessment: self.assessment}
        return rows.filter(**{name: one for name, one in given.items() if one})

    def asked(self) -> AnswerQuerySet:
        """Answers of running assessments whose questions apply, without an order."""
        rows = Answer.objects.order_by().filter(
            applies=True,
            assessment__organisation=self.organisation,
            assessment__status=AssessmentStatus.RUNNING,
        )
        if self.assessment:
            rows = rows.filter(assessment=self.assessment)
        return rows

    def theirs(self) -> AnswerQuerySet:
        """Those of the person, if one is wanted: what one owns, and put off without owner."""
        if self.person is None:
            return self.asked()
        put_off = Q(owner=None, later_until__isnull=False, answered_by=self.person)
        return self.asked().filter(Q(owner=self.person) | put_off)
