"""Showing that the address of an account is the person's own."""

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.models import User
from compliance.proof.audit.transaction import writing


def unproved_address(person: User) -> EmailAddress | None:
    """Their address, as long as no link in a mail has shown that it is theirs."""
    return EmailAddress.objects.filter(user=person, email=person.email, verified=False).first()


def send_proof(*, by: User) -> bool:
    """Mail the link that shows it; False where nothing is to be shown."""
    address = unproved_address(by)
    if address is None:
        return False
    key = EmailConfirmationHMAC.create(address).key
    with writing():
        queue_mail(
            organisation_id=None,
            to=address.email,
            subject="Attest: confirm your address",
            template="confirm_address",
            context={
                "link": absolute(reverse("account_confirm_email", args=[key])),
                "days": settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS,
            },
        )
    return True
