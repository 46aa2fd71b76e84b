"""Looking at an assessment: being there, and having seen what others changed.

These leave no event on the trail: they change nothing of the assessment. None of
them locks an answer or the chain.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Exists

from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Assessment
from compliance.work.presence import cache as presence_cache
from compliance.work.presence.models import Presence, Visit
from compliance.work.presence.places import SILENCE, Place
from compliance.work.presence.seeing import of_others

CROSSING = timedelta(seconds=2)
"""How far the last word of a page may come behind the first one of the next."""


@dataclass(frozen=True, slots=True)
class Moved:
    """From where to where along the trail someone has now seen an assessment."""

    before: int
    after: int


def arrive(*, by: User, place: Place, at: datetime) -> None:
    """Say that a person has an assessment open, and the row they are in.

    A first visit marks everything until now as seen. A person with no unseen changes
    has seen everything up to now. At most two statements.
    """
    if presence_cache.is_used():
        where = place.assessment.pk, by.pk, place.answer_id
        presence_cache.say(*where, at, SILENCE)
        if place.seen_seq is not None and place.seen_seq >= place.head:
            return
    with writing():
        if not presence_cache.is_used():
            _arrive(by, place, at)
        mine = Visit(user=by, assessment=place.assessment, seen_seq=place.head, seen_at=at)
        if place.seen_seq is None:
            Visit.objects.bulk_create([mine], ignore_conflicts=True)
        elif place.seen_seq < place.head:
            news = of_others(place.assessment, by.pk, place.seen_seq)
            place.assessment.visits.filter(
                ~Exists(news.filter(seq__lte=place.head)),
                user=by,
                seen_seq=place.seen_seq,
            ).update(seen_seq=place.head, seen_at=at)


def _arrive(by: User, place: Place, at: datetime) -> None:
    Presence.objects.bulk_create(
        [
            Presence(
                user=by,
                at=at,
                assessment=place.assessment,
                answer_id=place.answer_id,
            )
        ],
        update_conflicts=True,
        unique_fields=["assessment", "user"],
        update_fields=["answer", "at"],
    )


def leave(*, by: User, assessment: Assessment, at: datetime) -> None:
    """Say that a person has closed an assessment.

    A word of this very moment stands: the next page may be heard of before it.
    """
    if presence_cache.is_used():
        presence_cache.forget(assessment.pk, by.pk, at - CROSSING)
        return
    with writing():
        assessment.presences.filter(user=by, at__lt=at - CROSSING).delete()


def see(*, by: User, assessment: Assessment, seq: int | None, at: datetime) -> Moved:
    """Say that a person has seen everything up to an event; never less than before.

    Without ``seq`` only the beginning is made: whoever has seen something already
    stays there. Raises ``ValidationError`` for a closed assessment.
    """
    with writing():
        head, _ = trail.head_of(assessment.organisation_id)
        visit = _visit(by, assessment, head, at)
        before = visit.seen_seq
        if seq is not None and before < min(seq, head):
            visit.seen_seq, visit.seen_at = min(seq, head), at
            visit.save(update_fields=["seen_seq", "seen_at"])
        return Moved(before, visit.seen_seq)


def look_again(*, by: User, assessment: Assessment, moved: Moved, at: datetime) -> bool:
    """Take "seen" back, unless more has been seen since; whether it was.

    Raises ``ValidationError`` for a closed assessment.
    """
    with writing():
        visit = _visit(by, assessment, moved.after, at)
        if visit.seen_seq != moved.after or moved.before > moved.after:
            return False
        visit.seen_seq, visit.seen_at = moved.before, at
        visit.save(update_fields=["seen_seq", "seen_at"])
        return True


def _visit(by: User, assessment: Assessment, first_seq: int, at: datetime) -> Visit:
    if not assessment.is_open:
        msg = "This assessment is closed and can no longer change."
        raise ValidationError(msg)
    visit, _ = Visit.objects.select_for_update().get_or_create(
        assessment=assessment,
        user=by,
        defaults={"seen_seq": first_seq, "seen_at": at},
    )
    return visit
