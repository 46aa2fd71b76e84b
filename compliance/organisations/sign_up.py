"""Making an account without an invitation. Apart from ``accounts``, which allauth loads first."""

from allauth.account.forms import SignupForm
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from compliance.audit import trail
from compliance.audit.transaction import writing
from compliance.organisations.events import ACCOUNT_MADE


class SignUp(SignupForm):
    """The account and its address in one transaction, with their event."""

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
