"""The policy of an organisation: who gets in, for how long, and who may let data out."""

from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import absolute, is_printed, queue_mail
from compliance.identity.organisations.actions.members import lock
from compliance.identity.organisations.events import POLICY_CHANGED
from compliance.identity.organisations.models import (
    SECOND_FACTORS,
    AccessPolicy,
    Membership,
    Organisation,
    User,
)
from compliance.identity.organisations.signed_on import vouched_for
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.templatetags.ui import day

RULES = [one.name for one in AccessPolicy._meta.fields if not one.primary_key]
"""Every column but that of the organisation."""


def set_policy(*, by: User, organisation: Organisation, **rules: Any) -> AccessPolicy:
    """The policy with its new rules; the same again changes nothing.

    ``rules`` has values for some of ``RULES``. People without a second factor get
    a mail when one is asked for, or on another day. Raises ``ValidationError``, by rule,
    for a value out of bounds, and for a second factor that would shut someone out: the
    owner themselves, or people who could not set one up.
    """
    with writing():
        lock(organisation)
        policy = AccessPolicy.objects.filter(organisation=organisation).first()
        is_new = policy is None
        policy = policy or AccessPolicy(organisation=organisation)
        before = {name: getattr(policy, name) for name in RULES}
        changed = {n: rules[n] for n in RULES if rules.get(n, before[n]) != before[n]}
        if not changed:
            return policy
        for name, value in changed.items():
            setattr(policy, name, value)
        policy.clean_fields()
        if asked_from := changed.get("second_factor_from"):
            _refuse_shutting_out(by, organisation, asked_from)
        policy.save(force_insert=is_new)
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=POLICY_CHANGED,
            subject=policy,
            before={name: _plain(before[name]) for name in changed},
            after={name: _plain(value) for name, value in changed.items()},
        )
        if asked_from:
            _mail_members(by, organisation, asked_from)
    return policy


def without_factor(organisation: Organisation) -> list[Membership]:
    """Active members whom a password alone lets in, by name.

    The organisation's provider says how its people prove who they are.
    """
    safe = Authenticator.objects.filter(type__in=SECOND_FACTORS).values("user")
    members = organisation.memberships.with_people().filter(user__is_active=True)
    lacking = list(members.exclude(user__in=safe))
    known = vouched_for(organisation.pk, [one.user_id for one in lacking])
    return [one for one in lacking if one.user_id not in known]


def without_a_way(organisation: Organisation) -> list[Membership]:
    """Those of them who could set up no factor: nobody has shown that the address is theirs.

    A link by mail shows it, so that there are some only where no mail is sent.
    """
    if not is_printed():
        return []
    lacking = without_factor(organisation)
    rows = EmailAddress.objects.filter(user__in=[one.user_id for one in lacking], verified=False)
    unproved = set(rows.values_list("user_id", flat=True))
    return [one for one in lacking if one.user_id in unproved]


def _refuse_shutting_out(by: User, organisation: Organisation, day_: date) -> None:
    if day_ < timezone.localdate():
        msg = "Choose today or a later day."
        raise ValidationError({"second_factor_from": msg})
    if any(one.user_id == by.pk for one in without_factor(organisation)):
        msg = "Set up your own second factor first: this rule would shut you out."
        raise ValidationError({"second_factor_from": msg})
    if stuck := without_a_way(organisation):
        names = ", ".join(str(one.user) for one in stuck)
        msg = (
            f"This would shut out {names}: no mail has confirmed their address,"
            " and Attest has no mail server. Ask the person who runs Attest to set one up."
        )
        raise ValidationError({"second_factor_from": msg})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _mail_members(by: User, organisation: Organisation, asked_from: date) -> None:
    for member in without_factor(organisation):
        queue_mail(
            organisation_id=organisation.pk,
            to=member.user.email,
            subject=f"{organisation} requires a second factor from {day(asked_from)}",
            template="factor_asked",
            context={
                "by": by,
                "organisation": organisation,
                "day": asked_from,
                "link": absolute(reverse("accounts:security")),
            },
        )
