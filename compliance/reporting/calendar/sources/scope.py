"""The question that a calendar asks of its sources: whose dates, and which of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, AnswerQuerySet

LAW_PAST = timedelta(days=31)
"""How long a date of the law stays in the calendar: all others end when they are settled."""


@dataclass(frozen=True, slots=True)
class DateScope:
    """``may`` are the permissions of whoever looks; the others narrow.

    ``is_nobodys`` leaves what belongs to no active member, instead of a person's.
    """

    organisation: Organisation
    may: Collection[Permission]
    today: date
    person: User | None = None
    assessment: UUID | None = None
    is_nobodys: bool = False

    def of(self, person: User) -> Self:
        """The same for the work of one person only."""
        return replace(self, person=person)

    def of_nobody(self) -> Self:
        """The same for work that is left without anyone."""
        return replace(self, person=None, is_nobodys=True)

    @property
    def people(self) -> Any:
        """Those by whom a row is sorted out: the person, or every active member."""
        if self.person:
            return [self.person]
        members = Membership.objects.filter(organisation=self.organisation, user__is_active=True)
        return members.values("user")

    def belonging[M: Model](self, rows: QuerySet[M], belongs: Q) -> QuerySet[M]:
        """Rows of whoever is wanted; ``belongs`` says which are of ``people``."""
        if self.is_nobodys:
            return rows.exclude(belongs)
        return rows.filter(belongs) if self.person else rows

    @property
    def law_since(self) -> date:
        """The first day of which law is shown."""
        return self.today - LAW_PAST

    def narrowed[M: Model](
        self, rows: QuerySet[M], *, person: str, assessment: str = "assessment"
    ) -> QuerySet[M]:
        """Those of the person and of the assessment that are wanted, by these fields."""
        if self.assessment:
            rows = rows.filter(**{assessment: self.assessment})
        return self.belonging(rows, Q((person + "__in", self.people)))

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

    def theirs(self) -> QuerySet[Answer]:
        """Those of whoever is wanted."""
        return self.belonging(self.asked(), self.answered_for())

    def answered_for(self) -> Q:
        """What one of ``people`` owns, or put off without an owner."""
        put_off = Q(owner=None, later_until__isnull=False, answered_by__in=self.people)
        return Q(owner__in=self.people) | put_off
