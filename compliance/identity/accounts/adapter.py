"""Hooks of allauth: who may sign up, where to go next, which details to disclose."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from compliance.ground.web.joined_rows import Joined
from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.safe_redirect import is_local
from compliance.ground.web.text import validate_line
from compliance.identity.organisations import signed_on
from compliance.identity.organisations.actions import keep_address
from compliance.identity.organisations.events import ACCOUNT_CHANGED
from compliance.identity.organisations.models import (
    SECOND_FACTORS,
    AccessPolicy,
    Membership,
    Organisation,
    User,
)
from compliance.identity.organisations.sign_in_log import log_refusal
from compliance.proof.audit.trail import record_of_people
from compliance.proof.audit.transaction import writing

_PERSON = Joined(
    """
    SELECT {columns}, EXISTS (
        SELECT 1 FROM "mfa_authenticator" factor
        WHERE factor.user_id = person.id AND factor.type IN (%s, %s)
    )
    FROM "compliance_user" person
    LEFT JOIN "compliance_membership" membership ON membership.user_id = person.id
    LEFT JOIN "compliance_organisation" organisation
    ON organisation.id = membership.organisation_id
    LEFT JOIN "compliance_accesspolicy" policy
    ON policy.organisation_id = organisation.id
    WHERE person.id = %s ORDER BY organisation.name
    """,
    person=(User, None),
    membership=(Membership, None),
    organisation=(Organisation, None),
    policy=(AccessPolicy, None),
)
_POLICY = AccessPolicy._meta.get_field("organisation").remote_field


class Backend(AuthenticationBackend):
    """Knows whoever is signed in, with the memberships that nearly every page asks for."""

    def get_user(self, user_id: int) -> User | None:
        rows = _PERSON.read(*map(str, SECOND_FACTORS), user_id)
        user: User | None = rows[0][0] if rows else None
        if user is None or not self.user_can_authenticate(user):
            return None
        user.came_with, user.protected = [], bool(rows[0][-1])
        for _, membership, organisation, policy, _ in rows:
            if membership:
                _POLICY.set_cached_value(organisation, policy)
                if policy:
                    policy.organisation = organisation
                membership.user, membership.organisation = user, organisation
                user.came_with.append(membership)
        return user

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        """Also whoever gave the address up to its new holder, and has a password."""
        user: AbstractBaseUser | None = super()._authenticate_by_email(email, password)
        if user:
            return user
        former = EmailAddress.objects.filter(email=email.lower(), verified=False).exclude(
            user__email=F("email")
        )
        checked = (self._check_password(row.user, password) for row in former.select_related("user"))
        return next(filter(None, checked), None)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is closed unless the installation opens it; nothing is given away."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "This email and password do not go together.",
        "too_many_login_attempts": ("Too many tries. Wait 15 minutes, then sign in again."),
        "enter_current_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP)

    def is_safe_url(self, url: str | None) -> bool:
        """Only an address of this site, written without a host."""
        return is_local(url)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The user; None for a closed account too, so that it looks like no account."""
        email = str(credentials.get("email", ""))
        try:
            user = super().authenticate(request, **credentials)
        except forms.ValidationError:
            log_refusal(request, "too many tries", email=email)
            raise
        if not isinstance(user, User) or not user.is_active:
            reason = "closed account" if user else "wrong password"
            log_refusal(request, reason, email=email)
            return None
        keep_address(user)  # before allauth would, where no event has it
        return user

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **hooks: Any) -> HttpResponse | None:
        """Send people whose organisation signs them in to its provider."""
        refused: HttpResponse | None = super().pre_login(request, user, **hooks)
        if refused or "signed_on" in (hooks["signal_kwargs"] or {}):
            return refused
        signed_on.forget(request)
        if not isinstance(user, User):
            return None
        claim = signed_on.claim_on(user.email, user)
        if claim is None:
            return None
        if not claim.may_pass:
            return redirect(claim.page)
        signed_on.come_past(request, claim.organisation)
        return None

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Queued: an account is made whether or not a mail server answers."""
        with writing():
            queue_mail(
                organisation_id=None,
                to=emailconfirmation.email_address.email,
                subject="Attest: confirm your address",
                template="signed_up",
                context={
                    "link": absolute(reverse("account_confirm_email", args=[emailconfirmation.key])),
                    "days": settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS,
                },
            )

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """With its event: the address is the person's."""
        with writing():
            is_done = super().confirm_email(request, email_address)
            if is_done:
                record_of_people(
                    by=email_address.user,
                    action=ACCOUNT_CHANGED,
                    subject=email_address.user,
                    after={"email": email_address.email},
                )
        return is_done

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """With a mail to the person: it may have been somebody else."""
        if not isinstance(user, User):
            return
        with writing():
            user.take_password(password)
            queue_mail(
                organisation_id=None,
                to=user.email,
                subject="The password of your account was changed",
                template="factor",
                context={
                    "said": "The password of your account was changed, and every session has ended.",
                    "left": None,
                    "link": absolute(reverse("accounts:security")),
                },
            )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """A changed password ends every session, this one too."""
        return reverse("account_login")

    def format_email_subject(self, subject: str) -> str:
        return subject

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures by account and network: nobody locks out someone else."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"


class SignUpForm(forms.Form):
    """Asked at sign-up besides e-mail and password."""

    name = forms.CharField(max_length=120, validators=[validate_line])

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
