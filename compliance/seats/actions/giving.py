"""Giving an auditor a seat, and ending it."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from compliance.assessments.models import Assessment
from compliance.organisations.actions import invite
from compliance.organisations.actions.members import lock
from compliance.organisations.choices import Role
from compliance.organisations.models import Membership, User
from compliance.reviews.actions.holding import clean_typed
from compliance.seats.actions.holding import tell
from compliance.seats.choices import LONGEST_DAYS
from compliance.seats.models import Seat
from compliance.web.mail import absolute, queue_mail
from compliance.web.turns import in_turn


def give_seat(
    *,
    by: User,
    assessment: Assessment,
    email: str,
    name: str,
    purpose: str,
    from_on: date,
    until_on: date,
) -> Seat:
    """A seat for the person with an address, who is told by mail.

    Whoever is no member yet is invited as an auditor; ``name`` counts for a new person
    only. Both days are included. Raises ``ValidationError`` for a member of another
    role, a person who has a seat here already, and days that cannot be.
    """
    _refuse_days(from_on, until_on)
    organisation = assessment.organisation
    with in_turn(), transaction.atomic():
        lock(organisation)
        email = email.strip().lower()
        members = organisation.memberships.filter(user__email=email)
        member = members.select_related("user").first()
        if member is None:
            if not name.strip():
                raise ValidationError({"name": "Write the name of the auditor."})
            path = reverse("seats:home", args=[organisation.slug])
            ask = f"You are asked to read {assessment}, until {until_on:%Y-%m-%d}."
            member = invite(
                by=by,
                organisation=organisation,
                email=email,
                name=name,
                role=Role.AUDITOR,
                path=path,
                ask=ask,
            ).membership
            is_known = False
        else:
            is_known = True
        seat = _seat(by, assessment, member, purpose, (from_on, until_on))
        if is_known:
            _tell(by, seat)
    return seat


def _refuse_days(first: date, last: date) -> None:
    if last < first:
        raise ValidationError({"until_on": "The last day comes before the first."})
    if last < timezone.localdate():
        raise ValidationError({"until_on": "This day is over."})
    if last > first + timedelta(days=LONGEST_DAYS):
        msg = f"A seat lasts {LONGEST_DAYS} days at most."
        raise ValidationError({"until_on": msg})


def _seat(
    by: User,
    assessment: Assessment,
    member: Membership,
    purpose: str,
    days: tuple[date, date],
) -> Seat:
    if member.role != Role.AUDITOR:
        msg = (
            f"This person is a member already, as {member.get_role_display().lower()},"
            " and may read the assessment. A seat is for somebody from outside."
        )
        raise ValidationError({"email": msg}, code="member")
    others = Seat.objects.filter(
        assessment=assessment,
        user=member.user,
        ended_at=None,
        until_on__gte=timezone.localdate(),
    )
    if others.exists():
        msg = "This person has a seat here already. End it first."
        raise ValidationError({"email": msg}, code="seated")
    seat = Seat(
        assessment=assessment,
        user=member.user,
        purpose=purpose,
        from_on=days[0],
        until_on=days[1],
        given_at=timezone.now(),
        given_by=by,
    )
    clean_typed(seat, "purpose")
    seat.save(force_insert=True)
    told = {
        "assessment": str(assessment.pk),
        "user_id": member.user_id,
        "from": days[0].isoformat(),
        "until": days[1].isoformat(),
        "purpose": purpose,
    }
    tell(by, assessment, "seat.given", seat, after=told)
    return seat


def _tell(by: User, seat: Seat) -> None:
    queue_mail(
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

    Raises ``ValidationError`` for one that was ended before.
    """
    with in_turn(), transaction.atomic():
        rows = Seat.objects.for_page().select_for_update(of=("self",))
        found = rows.get(pk=seat.pk)
        if found.ended_at:
            msg = "This seat was ended already."
            raise ValidationError(msg, code="ended")
        found.ended_at, found.ended_by = timezone.now(), by
        found.save(update_fields=["ended_at", "ended_by"])
        told = {"user_id": found.user_id, "until": found.until_on.isoformat()}
        tell(by, found.assessment, "seat.ended", found, before=told)
    return found
