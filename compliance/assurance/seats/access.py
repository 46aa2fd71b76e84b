"""The one door of an auditor: a seat that is open today."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from compliance.assurance.seats.models import Seat, SeatQuerySet
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.access import MemberRequest
from compliance.work.assessments.models import Answer


def seats_of(request: MemberRequest) -> SeatQuerySet:
    """The person's seats in the organisation that are open today."""
    rows = Seat.objects.of(request.organisation)
    return rows.open_for(request.user, timezone.localdate()).for_page()


class OverError(Http404):
    """A seat was the person's own and is over: said in these words, not as a stranger."""


def seated(request: MemberRequest, seat_id: int) -> Seat:
    """The seat, if it is the person's own and open; else 404.

    Raises ``OverError`` for one that was the person's own and is over.
    """
    seat = seats_of(request).filter(pk=seat_id).first()
    if seat is not None:
        return seat
    own = Seat.objects.of(request.organisation).filter(pk=seat_id, user=request.user)
    if any(one.standing(timezone.localdate()) in {"ended", "over"} for one in own):
        raise OverError
    raise Http404


def answer_for(seat: Seat, answer_id: int) -> Answer:
    """An answer of the seat's assessment, joined for a page; else 404."""
    rows = seat.assessment.answers.for_page()
    return get_object_or_404(rows, pk=answer_id)


def evidence_for(seat: Seat, evidence_id: object) -> Evidence:
    """A file behind an answer of the assessment, or handed over in the seat's requests.

    Else 404.
    """
    rows = Evidence.objects.filter(organisation=seat.assessment.organisation, pk=str(evidence_id))
    evidence = rows.exclude(sha256="").first()
    if evidence is None:
        raise Http404
    is_used = evidence.attachments.filter(answer__assessment=seat.assessment, answer__archived_at=None)
    if is_used.exists():
        return evidence
    if not evidence.handed_over.filter(request__seat=seat).exists():
        raise Http404
    return evidence
