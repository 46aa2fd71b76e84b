"""People who have an assessment open right now, and in which row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from compliance.identity.organisations.access import Permission, holding
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.proof.audit.models import ChainHead
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.presence import cache as presence_cache
from compliance.work.presence.models import Presence, Visit

SILENCE = timedelta(seconds=70)
"""Seconds without a call after which a person counts as gone: two calls and a bit."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where someone is: the row, how far they have seen, and where the trail stands."""

    assessment: Assessment
    answer_id: int | None
    seen_seq: int | None
    head: int


@dataclass(frozen=True, slots=True)
class Here:
    """The other people in an assessment, by name, and those in each open row."""

    people: Sequence[User]
    rows: Sequence[tuple[int, Sequence[User]]]

    @property
    def as_text(self) -> str:
        """The same in a short text, to see whether anything is new."""
        at = {one.pk: row for row, inside in self.rows for one in inside}
        return " ".join(f"{one.pk}:{at.get(one.pk, '')}" for one in self.people)


def place(
    organisation: Organisation,
    assessment_id: UUID,
    viewer: User,
    answer_id: int | None,
) -> Place:
    """Where a person is, in one query; ``Assessment.DoesNotExist`` for a foreign id."""
    visits = Visit.objects.filter(assessment=OuterRef("pk"), user=viewer)
    answers = Answer.objects.filter(assessment=OuterRef("pk"), pk=answer_id or 0)
    heads = ChainHead.objects.filter(pk=OuterRef("organisation_id"))
    found = organisation.assessments.annotate(
        seen_seq=Subquery(visits.values("seen_seq")[:1]),
        answer_id=Subquery(answers.values("pk")[:1]),
        head=Subquery(heads.values("seq")[:1]),
    ).get(pk=assessment_id)
    if found.answer_id != answer_id:
        raise Answer.DoesNotExist
    return Place(found, answer_id, found.seen_seq, found.head or 0)


def here(assessment: Assessment, viewer: User, now: datetime) -> Here:
    """Everybody else who has been heard of lately and may still look, in one query."""
    members = holding(Permission.VIEW).filter(organisation=assessment.organisation_id)
    if presence_cache.is_used():
        return _kept_here(assessment, members.exclude(user=viewer), now)
    lately = assessment.presences.filter(at__gt=now - SILENCE, user__in=members.values("user")).exclude(
        user=viewer
    )
    found: list[Presence] = list(lately.select_related("user").order_by("user__name", "user__email"))
    rows: dict[int, list[User]] = {}
    for one in found:
        if one.answer_id is not None:
            rows.setdefault(one.answer_id, []).append(one.user)
    return Here([one.user for one in found], sorted(rows.items()))


def _kept_here(assessment: Assessment, others: QuerySet[Membership], now: datetime) -> Here:
    """The same from the cache, which is asked about the ``others`` only."""
    ordered = others.select_related("user").order_by("user__name", "user__email")
    people = [one.user for one in ordered]
    ids = [one.pk for one in people]
    found = presence_cache.rows_of(assessment.pk, ids, now - SILENCE)
    there = [one for one in people if one.pk in found]
    rows: dict[int, list[User]] = {}
    for one in there:
        if (row := found[one.pk]) is not None:
            rows.setdefault(row, []).append(one)
    return Here(there, sorted(rows.items()))
