"""Making an account without an invitation. Apart from ``accounts``, which allauth loads first."""

from allauth.account.forms import SignupForm
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from compliance.audit import trail
from compliance.audit.transaction import writing
from compliance.organisations.events import ACCOUNT_MADE
from compliance.organisations.models import User
from compliance.organisations.signed_on import place_for


class SignUp(SignupForm):
    """The account and its address in one transaction, with their event."""

    def clean_email(self) -> str:
        """An address whose organisation signs its people in needs no account here."""
        email: str = super().clean_email()
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        if place_for(email):
            msg = "Your organisation signs you in. Go on at its own page for that."
            raise ValidationError(msg)
        return email

    def save(self, request: HttpRequest) -> AbstractBaseUser:
        with writing():
            user = super().save(request)
            trail.record_of_people(
                by=user,
                action=ACCOUNT_MADE,
                subject=user,
                after={"name": str(user), "email": self.cleaned_data["email"]},
            )
        return user
