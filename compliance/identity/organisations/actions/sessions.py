"""Ending the sessions of a member: a laptop was lost, or someone leaves in anger."""

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.actions.members import locked, refuse_above
from compliance.identity.organisations.events import MEMBER_SIGNED_OUT
from compliance.identity.organisations.models import Membership, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing


def sign_out_member(*, by: User, membership: Membership) -> None:
    """End all sessions of a member, in other organisations, too; they get a mail.

    Raises ``ValidationError`` for oneself, for a role above one's own, and for somebody
    who is no longer a member.
    """
    if membership.user_id == by.pk:
        msg = "Sign yourself out at Sign-in and security."
        raise ValidationError(msg)
    with writing():
        membership = locked(membership)
        refuse_above(by, membership.organisation, membership.role)
        for session in UserSession.objects.filter(user=membership.user_id):
            session.end()
        trail.record(
            by=by,
            organisation_id=membership.organisation_id,
            action=MEMBER_SIGNED_OUT,
            subject=membership,
            after={"person": membership.user.email},
        )
        queue_mail(
            organisation_id=None,
            to=membership.user.email,
            subject=f"{by} signed you out of Attest everywhere",
            template="signed_out",
            context={
                "by": by,
                "organisation": membership.organisation,
                "link": absolute(reverse("accounts:security")),
            },
        )
