"""Making an account without an invitation. Apart from ``accounts``, which allauth loads first."""

from typing import Any

from allauth.account.forms import SignupForm
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from compliance.identity.organisations.events import ACCOUNT_MADE
from compliance.identity.organisations.models import User
from compliance.identity.organisations.signed_on import claim_on
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing

TAKEN = "This address has an account now. Sign in."


class SignUp(SignupForm):
    """The account and its address in one transaction, with their event."""

    def clean_email(self) -> str:
        """An address whose organisation signs its people in needs no account here."""
        email: str = super().clean_email()
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        if claim_on(email):
            msg = "Your organisation signs you in. Go on at its own page for that."
            raise ValidationError(msg)
        return email

    def clean(self) -> dict[str, Any]:
        """allauth compares a password with the address; here with the name, too."""
        cleaned: dict[str, Any] = super().clean()
        person = User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
        if password := cleaned.get("password1"):
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[AbstractBaseUser | None, HttpResponse | None]:
        """A press that is sent twice leads to signing in: the first one made the account."""
        try:
            made: tuple[AbstractBaseUser | None, HttpResponse | None]
            made = super().try_save(request)
        except IntegrityError:
            messages.info(request, TAKEN)
            return None, redirect("account_login")
        return made

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
