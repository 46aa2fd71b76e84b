"""Giving an auditor a seat, and ending it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.reviews.actions import clean_typed
from compliance.assurance.seats.actions.locking import record
from compliance.assurance.seats.choices import LONGEST_DAYS
from compliance.assurance.seats.events import (
    SEAT_ENDED,
    SEAT_GIVEN,
    SEAT_OFFER_ENDED,
    SEAT_OFFERED,
    SEAT_TAKEN_UP,
)
from compliance.assurance.seats.models import SEATED, Seat, SeatOffer
from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.actions import invite, lock, send_again
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Invitation, Membership, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Assessment


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day of a seat, both included."""

    first: date
    last: date


def give_seat(
    *,
    by: User,
    assessment: Assessment,
    email: str,
    name: str,
    purpose: str,
    from_on: date,
    until_on: date,
    sending: str = "",
) -> Seat | SeatOffer:
    """A seat for the person with an address, who gets a mail.

    An address without a member is invited as an auditor, and the seat is an offer until
    the person comes, which takes the place of one that is over; ``name`` counts for them
    only. Both days are included. The same ``sending`` gives one. Raises
    ``ValidationError`` for a member of another role, a person who has a seat here
    already, and days that cannot be.
    """
    _refuse_days(from_on, until_on)
    organisation = assessment.organisation
    with writing():
        lock(organisation)
        hold_open(assessment.pk)
        email = email.strip().lower()
        members = organisation.memberships.filter(user__email=email)
        member = members.select_related("user").first()
        days = Days(from_on, until_on)
        if member is None:
            if offered := _offered_before(by, assessment, email, sending):
                return offered
            return _offer(by, assessment, (email, name), (purpose, days), sending)
        said = {"user_id": member.user_id, "assessment": str(assessment.pk)}
        made = trail.sent_by(by, organisation.pk, SEAT_GIVEN, said, sending)
        if made:
            return Seat.objects.get(pk=made.subject_id)
        seat = _seat(by, assessment, member, (purpose, days), sending=sending)
        _mail(by, seat)
    return seat


def _offered_before(by: User, assessment: Assessment, email: str, sending: str) -> SeatOffer | None:
    said = {"person": email, "assessment": str(assessment.pk)}
    chain = assessment.organisation_id
    made = trail.sent_by(by, chain, SEAT_OFFERED, said, sending)
    return SeatOffer.objects.filter(pk=made.subject_id).first() if made else None


def _offer(
    by: User,
    assessment: Assessment,
    who: tuple[str, str],
    what: tuple[str, Days],
    sending: str,
) -> SeatOffer:
    (email, name), (purpose, days) = who, what
    organisation = assessment.organisation
    path = reverse("seats:home", args=[organisation.slug])
    ask = f"You are asked to read {assessment}, until {days.last:%Y-%m-%d}."
    waiting = organisation.invitations.filter(email=email).first()
    if waiting:
        _refuse_others(waiting.role, "invited")
        invitation = send_again(by=by, invitation=waiting, path=path, ask=ask)
    else:
        if not name.strip():
            raise ValidationError({"name": "Write the name of the auditor."})
        invitation = invite(
            by=by,
            organisation=organisation,
            email=email,
            name=name,
            role=Role.AUDITOR,
            path=path,
            ask=ask,
        )
    over = invitation.seats.filter(until_on__lt=timezone.localdate())
    for old in over.filter(assessment=assessment):
        _take_back(by, old)
    offer = SeatOffer(
        invitation=invitation,
        assessment=assessment,
        purpose=purpose,
        from_on=days.first,
        until_on=days.last,
        given_by=by,
    )
    clean_typed(offer, "purpose")
    offer.validate_constraints()
    offer.save(force_insert=True)
    record(
        by,
        assessment,
        SEAT_OFFERED,
        offer,
        after=_event_fields(offer) | {"person": email} | naming(sending),
    )
    return offer


def hold_offers(*, invitation: Invitation, **_: Any) -> None:
    """Lock the assessments of offered seats: who closes one locks it before the trail."""
    for pk in invitation.seats.order_by("assessment").values_list("assessment", flat=True):
        hold_open(pk)


def take_up_offers(*, invitation: Invitation, membership: Membership, **_: Any) -> None:
    """Give someone who has come the seats that were offered and are not over."""
    offers = invitation.seats.filter(until_on__gte=timezone.localdate())
    for offer in offers.select_related("assessment__organisation", "given_by"):
        days = Days(offer.from_on, offer.until_on)
        _seat(membership.user, offer.assessment, membership, (offer.purpose, days), offer)


def end_offer(*, by: User, offer: SeatOffer) -> None:
    """Take an offered seat back; the invitation stays.

    Raises ``ValidationError`` for one that was taken up or back before.
    """
    with writing():
        lock(offer.assessment.organisation)
        found = SeatOffer.objects.filter(pk=offer.pk).first()
        if found is None:
            msg = "This seat is no longer offered."
            raise ValidationError(msg, code="over")
        _take_back(by, found)


def _take_back(by: User, offer: SeatOffer) -> None:
    fields = _event_fields(offer) | {"person": offer.invitation.email}
    record(by, offer.assessment, SEAT_OFFER_ENDED, offer, before=fields)
    offer.delete()


def _event_fields(seat: Seat | SeatOffer) -> dict[str, Any]:
    return {
        "assessment": str(seat.assessment_id),
        "from_on": seat.from_on.isoformat(),
        "until_on": seat.until_on.isoformat(),
        "purpose": seat.purpose,
    }


def _refuse_others(role: str, how: str) -> None:
    if role != Role.AUDITOR:
        msg = (
            f"This person is {how} already, as {Role(role).label.lower()},"
            " and may read the assessment. A seat is for a person from outside."
        )
        raise ValidationError({"email": msg}, code="member")


def _refuse_days(first: date, last: date) -> None:
    if last < first:
        raise ValidationError({"until_on": "The last day comes before the first."})
    if last < timezone.localdate():
        raise ValidationError({"until_on": "Choose a day in the future."})
    if last > first + timedelta(days=LONGEST_DAYS):
        msg = f"A seat lasts {LONGEST_DAYS} days at most."
        raise ValidationError({"until_on": msg})


def _seat(
    by: User,
    assessment: Assessment,
    member: Membership,
    what: tuple[str, Days],
    offer: SeatOffer | None = None,
    *,
    sending: str = "",
) -> Seat:
    """The new seat; the person who offered it is still its giver."""
    purpose, days = what
    _refuse_others(member.role, "a member")
    others = Seat.objects.filter(
        assessment=assessment,
        user=member.user,
        ended_at=None,
        until_on__gte=timezone.localdate(),
    )
    if others.held().exists():
        raise ValidationError({"email": SEATED}, code="seated")
    giver = offer.given_by if offer else by
    seat = Seat(
        assessment=assessment,
        user=member.user,
        purpose=purpose,
        from_on=days.first,
        until_on=days.last,
        given_at=timezone.now(),
        given_by=giver,
    )
    clean_typed(seat, "purpose")
    seat.save(force_insert=True)
    fields = _event_fields(seat) | {"user_id": member.user_id, "given_by_id": giver.pk}
    action = SEAT_TAKEN_UP if offer else SEAT_GIVEN
    record(by, assessment, action, seat, after=fields | naming(sending))
    return seat


def _mail(by: User, seat: Seat) -> None:
    queue_mail(
        organisation_id=seat.assessment.organisation_id,
        to=seat.user.email,
        subject=f"A seat to read {seat.assessment}",
        template="seat",
        context={
            "by": by,
            "seat": seat,
            "organisation": seat.assessment.organisation,
            "link": absolute(seat.get_absolute_url()),
        },
    )


def end_seat(*, by: User, seat: Seat) -> Seat:
    """Close a seat at once; from the next click on it opens nothing.

    Twice is once. Raises ``ValidationError`` for one that somebody else has ended.
    """
    with writing():
        rows = Seat.objects.for_page().select_for_update(of=("self",))
        found = rows.get(pk=seat.pk)
        if found.ended_at and found.ended_by_id == by.pk:
            return found
        if found.ended_at:
            msg = "This seat was ended already."
            raise ValidationError(msg, code="ended")
        found.ended_at, found.ended_by = timezone.now(), by
        found.save(update_fields=["ended_at", "ended_by"])
        fields = {"user_id": found.user_id, "until_on": found.until_on.isoformat()}
        record(by, found.assessment, SEAT_ENDED, found, before=fields)
    return found
