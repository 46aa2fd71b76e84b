"""Setting a provider, showing that a domain is one's own, and whoever comes by sign-on."""

import base64
import hashlib
import logging
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web import outgoing
from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.actions import (
    accept_invitation,
    assign_role,
    hash_of,
    join,
    lock,
    lock_person,
    make_account,
    refuse_full,
    set_policy,
)
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import (
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.identity.sign_on import dns, saml, saml_metadata
from compliance.identity.sign_on.addresses import account_at, owns_address
from compliance.identity.sign_on.choices import GIVEN, Protocol
from compliance.identity.sign_on.events import (
    DOMAIN_ADDED,
    DOMAIN_GONE,
    DOMAIN_LAPSED,
    DOMAIN_MISSING,
    DOMAIN_RELEASED,
    DOMAIN_REMOVED,
    DOMAIN_RETURNED,
    DOMAIN_VERIFIED,
    GROUP_ADDED,
    GROUP_REMOVED,
    IDENTITY_CONNECTED,
    IDENTITY_FORGOTTEN,
    IDENTITY_OPENED,
    MEMBER_ROLE_BY_GROUP,
    MEMBER_SIGNED_ON,
    SIGN_ON_SET,
    SIGN_ON_SWITCHED_OFF,
    SIGN_ON_SWITCHED_ON,
    SIGN_ON_TESTED,
)
from compliance.identity.sign_on.models import (
    TAKEN,
    Departure,
    Domain,
    GroupRole,
    Identity,
    SignOn,
    UsedAnswer,
)
from compliance.identity.sign_on.protocols import OneTimeAnswer, Person
from compliance.proof.audit import trail
from compliance.proof.audit.event_types import EventType
from compliance.proof.audit.transaction import attempt, writing

MOST = 50
"""Domains, and groups with a role, of one organisation."""
SILENT_AFTER = timedelta(days=30)
"""Silent name servers for so long count as a record that is gone: nobody can tell for ever
that it still stands, and no outage lasts for a month."""
_LOOKS = 20
"""Domains of one look: silent name servers take a minute of it, and a day has 28,800."""
logger = logging.getLogger(__name__)
MISSING = "Write the secret that the provider made for Attest."
NO_METADATA = "Enter the address of the provider's metadata, or its text below."
group_given = Signal()
"""Sent when an owner gives a group a role: ``by``, ``row``. Receivers in rooms above give the
role to the group's people, in the same transaction."""


def set_provider(
    *,
    by: User,
    organisation: Organisation,
    issuer: str,
    client_id: str,
    secret: str,
    default_role: str,
) -> SignOn:
    """Set the OpenID Connect provider of an organisation; an empty ``secret`` keeps the old one.

    Another provider, client or secret has to be tested again, and is off until then; owners
    get a mail. With another issuer each domain has to be verified again. No event has the
    secret. Raises ``ValidationError``, by field.
    """
    try:
        outgoing.refuse_address(issuer)
    except outgoing.AddressRefusedError as error:
        raise ValidationError({"issuer": str(error)}) from error
    new = SignOn(
        organisation=organisation,
        issuer=issuer,
        client_id=client_id,
        default_role=default_role,
    )
    if secret:
        new.close_secret(secret)
    return _set(by, new)


def set_saml(
    *,
    by: User,
    organisation: Organisation,
    metadata_url: str,
    metadata: str,
    trusts_addresses: bool,
    default_role: str,
) -> SignOn:
    """Set the SAML provider of an organisation, by the address or the text of its metadata.

    Without either, the text that an owner entered before stays. As ``set_provider``; with
    another certificate in the text, or another address, each domain has to be verified
    again, and all connected accounts are disconnected: an entity ID proves nothing. Domains
    also have to be verified again if all addresses count from now on. Raises
    ``ValidationError``, by field.
    """
    new = SignOn(
        organisation=organisation,
        protocol=Protocol.SAML,
        metadata_url=metadata_url,
        trusts_addresses=trusts_addresses,
        default_role=default_role,
    )
    if metadata_url and metadata:
        msg = "Enter the address of the metadata or its text, not both."
        raise ValidationError({"metadata": msg})
    if metadata_url or metadata:
        field = "metadata_url" if metadata_url else "metadata"
        try:
            provider = (
                saml.fetched(metadata_url, organisation.pk, is_test=True)
                if metadata_url
                else saml_metadata.read(metadata.encode())
            )
        except ValidationError as error:
            raise ValidationError({field: error.messages}) from error
        new.issuer, new.sign_in_at = provider.entity, provider.sign_in_at
        new.certificates = "" if metadata_url else provider.certificates
    return _set(by, new)


def _set(by: User, new: SignOn) -> SignOn:
    """Replace the settings of an organisation."""
    organisation = new.organisation
    with writing():
        lock(organisation)
        found = SignOn.objects.filter(organisation=organisation).first()
        _keep_unsaid(new, found)
        is_other = found is None or found.settings != new.settings
        is_same = found is not None and new.speaks_for(found)
        if found is None or not is_same or new.trusts_more_than(found):
            _let_lapse(by, organisation)
        if not is_same:
            _forget_known(by, new)
        if found and not is_other:
            new.is_on, new.tested_at = found.is_on, found.tested_at
        new.clean_fields()
        new.save(force_insert=found is None)
        if not new.is_on:
            set_policy(by=by, organisation=organisation, sign_on_only=False)
        before = _event_fields(found) if found else {}
        _record(by, new, SIGN_ON_SET, before=before, after=_event_fields(new))
        if is_other:
            _mail_owners(
                organisation,
                f"The sign-on of {organisation} was changed",
                "provider_set",
                by=by,
                sign_on=new,
            )
    return new


def _keep_unsaid(new: SignOn, found: SignOn | None) -> None:
    """Keep a secret or a file that the form leaves empty. Raises ``ValidationError``."""
    if new.is_saml and not new.issuer:
        if found is None or not found.certificates:
            raise ValidationError({"metadata_url": NO_METADATA})
        new.issuer, new.sign_in_at = found.issuer, found.sign_in_at
        new.certificates = found.certificates
    if not new.is_saml and not new.secret:
        if found is None or not found.secret or found.issuer != new.issuer:
            raise ValidationError({"secret": MISSING})
        new.secret = found.secret


def _event_fields(sign_on: SignOn) -> dict[str, Any]:
    """The settings for an event: without the secret and empty values."""
    names = ("issuer", "client_id", "metadata_url", "trusts_addresses")
    fields = {name: getattr(sign_on, name) for name in names if getattr(sign_on, name)}
    if sign_on.is_saml:
        fields["protocol"] = sign_on.protocol
    if sign_on.certificates:
        fields["certificates"] = [
            hashlib.sha256(base64.b64decode(one)).hexdigest() for one in sign_on.certificates.split()
        ]
    return fields | {"default_role": sign_on.default_role}


def _forget_known(by: User, new: SignOn) -> None:
    """Disconnect all accounts from a SAML provider that has the name of an earlier one.

    Otherwise an owner could give a provider of their own this name, and be any colleague.
    """
    if not new.is_saml:
        return
    known_as = new.organisation.identities.filter(issuer=new.issuer)
    for row in known_as.select_related("user").order_by("pk"):
        fields = {"person": row.user.email, "issuer": row.issuer}
        _record(by, row, IDENTITY_FORGOTTEN, before=fields)
        row.delete()


def use_up(*, organisation: Organisation, once: OneTimeAnswer) -> None:
    """Use an answer, which counts once. Raises ``ValidationError`` the second time."""
    with writing():
        UsedAnswer.objects.filter(until__lt=timezone.now()).delete()
        _, is_new = UsedAnswer.objects.get_or_create(
            organisation=organisation,
            digest=once.digest,
            defaults={"until": once.until},
        )
    if not is_new:
        msg = "This answer of the provider was used already. Begin again at the sign-in page."
        raise ValidationError(msg)


def _let_lapse(by: User, organisation: Organisation) -> None:
    """Have each domain verified again: its record was for another provider.

    Otherwise one owner could name a provider of their own, and be anybody of the domain,
    in other organisations, too.
    """
    for domain in organisation.domains.order_by("pk"):
        _lapse(by, domain, DOMAIN_LAPSED)


def _lapse(by: User | None, domain: Domain, action: EventType) -> None:
    """The domain counts no more: sessions that began by it end, and its people are out of
    the directory's reach. The next record is another one.
    """
    domain.code, domain.verified_at, domain.missing_since = _new_code(), None, None
    domain.save(update_fields=["code", "verified_at", "missing_since"])
    _record(by, domain, action, before={"domain": domain.name})


def _mail_owners(organisation: Organisation, subject: str, template: str, **context: Any) -> None:
    link = absolute(reverse("sign_on:provider", args=[organisation.slug]))
    for owner in organisation.memberships.with_people().active_owners():
        queue_mail(
            organisation_id=organisation.pk,
            to=owner.user.email,
            subject=subject,
            template=template,
            context={"organisation": organisation, "link": link} | context,
        )


def mark_tested(*, by: User, sign_on: SignOn) -> None:
    """An owner came through; raises ``ValidationError`` if it was changed meanwhile."""
    with writing():
        found = _locked(sign_on.organisation)
        if found.settings != sign_on.settings:
            msg = "Someone has changed the provider in the meantime. Test it again."
            raise ValidationError(msg)
        if not found.is_on:  # else sessions would end, which began by these settings
            found.tested_at = timezone.now()
            found.save(update_fields=["tested_at"])
        _record(by, found, SIGN_ON_TESTED, after={"issuer": found.issuer})


def switch(*, by: User, organisation: Organisation, is_on: bool) -> SignOn:
    """Sign-on, on or off; off ends the sessions that began by it, and takes a new test.

    On: raises ``ValidationError`` before a test, and while no owner could get in past the
    provider (a password, and a second factor).
    """
    with writing():
        found = _locked(organisation)
        if found.is_on == is_on:
            return found
        if is_on and found.tested_at is None:
            msg = "Test the provider first: sign in there once."
            raise ValidationError(msg)
        if is_on and not spare_owners(organisation):
            msg = (
                "Nobody could get in while the provider is down. An owner with a password"
                " must set up a second factor first."
            )
            raise ValidationError(msg)
        found.is_on = is_on
        found.tested_at = found.tested_at if is_on else None
        found.save(update_fields=["is_on", "tested_at"])
        if not is_on:
            set_policy(by=by, organisation=organisation, sign_on_only=False)
        fields = {"issuer": found.issuer}
        if is_on:
            _record(by, found, SIGN_ON_SWITCHED_ON, after=fields)
        else:
            _record(by, found, SIGN_ON_SWITCHED_OFF, before=fields)
    return found


def require(*, by: User, organisation: Organisation, is_only: bool) -> None:
    """Close the organisation to members who did not come by its provider, or open it.

    Raises ``ValidationError`` while sign-on is off, and where it would lock someone out.
    """
    with writing():
        found = _locked(organisation)
        if is_only and not found.is_on:
            msg = "Switch sign-on on first."
            raise ValidationError(msg)
        if is_only:
            _refuse_locking_out(found)
        set_policy(by=by, organisation=organisation, sign_on_only=is_only)


def locked_out(sign_on: SignOn) -> list[Membership]:
    """Active members whom the provider does not let in, by name.

    They are connected to nobody there, and their address is of no domain of the
    organisation. Auditors belong elsewhere, and owners with a second factor get in past it.
    """
    organisation = sign_on.organisation
    connected = set(organisation.identities.filter(issuer=sign_on.issuer).values_list("user_id", flat=True))
    own = set(organisation.domains.filter(verified_at__isnull=False).values_list("name", flat=True))
    members = organisation.memberships.with_people().filter(user__is_active=True)
    return [
        one
        for one in members.exclude(role=Role.AUDITOR)
        if one.user_id not in connected
        and dns.domain_of(one.user.email) not in own
        and not (one.role == Role.OWNER and is_spare(one.user))
    ]


def _refuse_locking_out(sign_on: SignOn) -> None:
    if stuck := locked_out(sign_on):
        names = ", ".join(str(one.user) for one in stuck)
        msg = (
            f"This would lock out {names}: they connect their accounts at the"
            " organisation's own address first."
        )
        raise ValidationError(msg)


def spare_owners(organisation: Organisation) -> list[User]:
    """Owners who get in past the provider: by password and second factor."""
    owners = organisation.memberships.with_people().active_owners()
    return [one.user for one in owners if is_spare(one.user)]


def is_spare(owner: User) -> bool:
    """Whether an owner has a password and a second factor."""
    return owner.has_usable_password() and owner.is_protected


def add_domain(*, by: User, organisation: Organisation, name: str) -> Domain:
    """A domain that the organisation is about to show; ``ValidationError`` for none.

    Twice is once.
    """
    with writing():
        lock(organisation)
        if found := organisation.domains.filter(name=dns.domain_name(name)).first():
            return found
        if organisation.domains.count() >= MOST:
            msg = f"There are {MOST} domains. Remove one first."
            raise ValidationError(msg)
        domain = Domain(
            organisation=organisation,
            name=dns.domain_name(name),
            code=_new_code(),
        )
        domain.full_clean()
        domain.save(force_insert=True)
        _record(by, domain, DOMAIN_ADDED, after={"domain": domain.name})
    return domain


def _new_code() -> str:
    return secrets.token_urlsafe(32)


def verify_domain(*, by: User, domain: Domain) -> None:
    """Look for its record. Raises ``ValidationError``, with what was found instead.

    Another organisation that has the domain loses it if its own record is not there any
    more. That is an act of its own, which stays whatever comes of this one.
    """
    asked_at = timezone.now()
    try:
        with outgoing.place(domain.organisation_id):
            texts = dns.texts_of(domain.name)
    except outgoing.BusyError as error:
        raise ValidationError(f"{error} Try again in a minute.") from error
    if domain.record not in texts:
        place = f"{dns.PREFIX}.{domain.name}"
        msg = f"There is no text record {domain.record} at {place} yet."
        raise ValidationError(msg)
    is_taken_over = _end_earlier(domain, texts, asked_at)
    with writing():
        lock(domain.organisation)
        found = Domain.objects.filter(pk=domain.pk, code=domain.code).first()
        if found is None:
            return
        found.organisation = domain.organisation
        found.asked_at = found.answered_at = timezone.now()
        if found.verified_at:
            _note_shown(by, found)
            return
        found.verified_at = found.asked_at
        try:
            with attempt():
                found.save(update_fields=["asked_at", "answered_at", "verified_at"])
        except IntegrityError:
            raise ValidationError(TAKEN, code="taken") from None
        _record(by, found, DOMAIN_VERIFIED, after={"domain": found.name})
        if is_taken_over:
            _mail_domain(found, "taken over", "taken_over")


def _end_earlier(domain: Domain, texts: Collection[str], asked_at: datetime) -> bool:
    """Whether another organisation had the domain, and has lost it now.

    All records of a domain stand in one place, so one reply tells of both. Raises
    ``ValidationError`` where the other record stands.
    """
    others = Domain.objects.filter(name=domain.name, verified_at__lte=asked_at).exclude(
        organisation=domain.organisation_id
    )
    earlier = others.select_related("organisation").first()
    if earlier is None:
        return False
    with writing():
        lock(earlier.organisation)
        found = others.filter(pk=earlier.pk).first()
        if found is None:
            return False
        if found.record in texts:
            raise ValidationError(TAKEN, code="taken")
        found.organisation = earlier.organisation
        _lapse(None, found, DOMAIN_GONE)
        _mail_domain(found, "lost", "passed_on")
    return True


def look_again() -> None:
    """Look for the records of domains that nobody has looked for within a day."""
    now = timezone.now()
    is_due = Q(asked_at=None) | Q(asked_at__lt=now - timedelta(days=1))
    is_due |= Q(asked_at__gt=now)  # by a clock that was wrong
    rows = Domain.objects.filter(is_due, verified_at__isnull=False)
    oldest_first = rows.select_related("organisation").order_by(F("asked_at").asc(nulls_first=True), "pk")
    for domain in oldest_first[:_LOOKS]:
        try:
            _look_again(domain)
        except Exception:
            logger.exception("The record of %s could not be looked for.", domain)


def _look_again(domain: Domain) -> None:
    """Look for the record of a verified domain; nothing is held while name servers reply.

    Of two that look at once the second changes nothing, nor does one that was killed.
    """
    texts: Collection[str] | None = None
    try:
        texts = dns.texts_of(domain.name)
    except ValidationError:
        logger.warning("The name servers of %s give no reply.", domain)
    with writing():
        lock(domain.organisation)
        found = Domain.objects.filter(
            pk=domain.pk,
            code=domain.code,
            asked_at=domain.asked_at,
            verified_at__isnull=False,
        ).first()
        if found is None:
            return
        found.organisation = domain.organisation
        found.asked_at = now = timezone.now()
        if texts is not None:
            found.answered_at = now
        if texts is not None and found.record in texts:
            _note_shown(None, found)
            return
        found.save(update_fields=["asked_at", "answered_at"])
        answered_at = found.answered_at or found.verified_at
        if texts is None and answered_at and now - answered_at < SILENT_AFTER:
            return
        if found.missing_since is None:
            found.missing_since = now
            found.save(update_fields=["missing_since"])
            _record(None, found, DOMAIN_MISSING, before={"domain": found.name})
            _mail_domain(found, "not shown any more", "missing")
        elif found.lapses_at and now >= found.lapses_at:
            _lapse(None, found, DOMAIN_GONE)
            _mail_domain(found, "lost", "lapsed")


def _note_shown(by: User | None, domain: Domain) -> None:
    """The record of a verified domain stands: one that was gone is back."""
    domain.save(update_fields=["asked_at", "answered_at"])
    if domain.missing_since:
        domain.missing_since = None
        domain.save(update_fields=["missing_since"])
        _record(by, domain, DOMAIN_RETURNED, after={"domain": domain.name})


def _mail_domain(domain: Domain, headline: str, reason: str) -> None:
    _mail_owners(
        domain.organisation,
        f"{domain.organisation}: the domain {domain} is {headline}",
        "domain",
        domain=domain,
        reason=reason,
        place=f"{dns.PREFIX}.{domain}",
    )


def release_domain(*, name: str) -> Domain:
    """Take a domain from the organisation that has it, as the administrator.

    Its owners get a mail, and may show it again by a new record. Raises
    ``ValidationError`` where no organisation has it.
    """
    name = dns.domain_name(name)
    rows = Domain.objects.filter(name=name, verified_at__isnull=False)
    with writing():
        domain = rows.select_related("organisation").first()
        if domain:
            lock(domain.organisation)
        found = domain and rows.filter(pk=domain.pk).first()
        if domain is None or found is None:
            msg = f"No organisation has shown that {name} is its own."
            raise ValidationError(msg)
        found.organisation = domain.organisation
        _lapse(None, found, DOMAIN_RELEASED)
        _mail_domain(found, "released", "released")
    return found


def remove_domain(*, by: User, domain: Domain) -> None:
    """Give a domain up: its people sign in as they did before.

    Raises ``ValidationError`` where they come by the provider alone, and would not then.
    """
    with writing():
        lock(domain.organisation)
        found = Domain.objects.filter(pk=domain.pk).first()
        if found:
            _record(by, found, DOMAIN_REMOVED, before={"domain": found.name})
            found.delete()
            sign_on = SignOn.objects.filter(organisation=domain.organisation).first()
            if sign_on and domain.organisation.policy.sign_on_only:
                _refuse_locking_out(sign_on)


def add_group(*, by: User, organisation: Organisation, group: str, role: str) -> GroupRole:
    """The role of a group's people; twice is once. Raises ``ValidationError``."""
    with writing():
        lock(organisation)
        if found := organisation.group_roles.filter(group=group, role=role).first():
            return found
        if organisation.group_roles.count() >= MOST:
            msg = f"There are {MOST} groups. Remove one first."
            raise ValidationError(msg)
        row = GroupRole(organisation=organisation, group=group, role=role)
        row.full_clean()
        row.save(force_insert=True)
        _record(by, row, GROUP_ADDED, after={"group": group, "role": role})
        group_given.send(sender=GroupRole, by=by, row=row)
    return row


def remove_group(*, by: User, row: GroupRole) -> None:
    """A group gives no role any more; whoever has it by the group keeps it."""
    with writing():
        lock(row.organisation)
        found = GroupRole.objects.filter(pk=row.pk).first()
        if found:
            fields = {"group": found.group, "role": found.role}
            _record(by, found, GROUP_REMOVED, before=fields)
            found.delete()


def claimant(email: str) -> SignOn | None:
    """The provider by which alone people of this address sign in, if any."""
    domain = dns.domain_of(email)
    if not domain:
        return None
    rows = SignOn.objects.owning(domain).filter(is_on=True)
    return rows.select_related("organisation").first()


def connect(*, by: User, organisation: Organisation, person: Person) -> Identity:
    """A member, signed in, is this person of the provider; they get a mail.

    Raises ``ValidationError``.
    """
    with writing():
        by = lock_person(by)
        lock(organisation)
        if not organisation.memberships.filter(user=by).exists():
            msg = "You are no longer a member."
            raise ValidationError(msg)
        row = _connected(organisation, by, person)
        queue_mail(
            organisation_id=organisation.pk,
            to=by.email,
            subject=f"Your account is connected to the provider of {organisation}",
            template="factor",
            context={
                "said": "From now on, anyone who signs in there as you works in"
                f" {organisation} with your account.",
                "left": None,
                "link": absolute(reverse("accounts:security")),
            },
        )
    return row


def opens_account(sign_on: SignOn, user: User) -> bool:
    """Whether the provider opens the whole account of a person, other organisations, too.

    Its domain has to be theirs. And they said yes once by their password; or they say it
    now, by the second factor that is asked for next.
    """
    if not owns_address(sign_on.organisation, user.email):
        return False
    return user.is_protected or _of_person(sign_on, user).filter(opened_at__isnull=False).exists()


def open_account(*, by: User, sign_on: SignOn) -> None:
    """The person says, by means of their own, that the provider opens their whole account.

    Twice is once. Raises ``ValidationError`` where the provider does not speak for them.
    """
    with writing():
        lock(sign_on.organisation)
        row = _of_person(sign_on, by).first()
        if row is None or not owns_address(sign_on.organisation, by.email):
            msg = "Your organisation has not shown that the domain of your address is its own."
            raise ValidationError(msg)
        if row.opened_at is None:
            row.opened_at = timezone.now()
            row.save(update_fields=["opened_at"])
            fields = {"person": by.email, "issuer": row.issuer}
            _record(by, row, IDENTITY_OPENED, after=fields)


def _of_person(sign_on: SignOn, user: User) -> QuerySet[Identity]:
    return Identity.objects.filter(organisation=sign_on.organisation, issuer=sign_on.issuer, user=user)


def known(organisation: Organisation, person: Person) -> User | None:
    """The account that is connected to a person of the provider."""
    rows = Identity.objects.filter(organisation=organisation, issuer=person.issuer, subject=person.subject)
    found = rows.select_related("user").first()
    return found.user if found else None


def enter(*, sign_on: SignOn, person: Person) -> User:
    """The account of somebody who comes by a provider, as a member with their role.

    Made where there is none and the organisation lets people in unasked. Raises
    ``ValidationError`` for somebody who is not let in; nothing changes then.
    """
    organisation = sign_on.organisation
    with writing():
        user = known(organisation, person) or _found(organisation, sign_on, person)
        user = lock_person(user)
        if not user.is_active:
            msg = "This account is closed. Ask an owner of your organisation."
            raise ValidationError(msg)
        lock(organisation)
        given = _role_by_group(organisation, person)
        member = organisation.memberships.filter(user=user).first()
        if member is None:
            member = _joined(sign_on, user, person)
        if given and member.role in GIVEN and member.role != given.role:
            member.organisation, member.user = organisation, user
            assign_role(
                by=None,
                membership=member,
                role=given.role,
                action=MEMBER_ROLE_BY_GROUP,
                group=given.group,
            )
        if known(organisation, person) is None:
            _connected(organisation, user, person)  # last: others lock before the trail
    return user


def _found(organisation: Organisation, sign_on: SignOn, person: Person) -> User:
    """The account with the address of a person who comes for the first time."""
    if not person.email:
        msg = "The provider sends no email address. Ask its administrator to send “email”."
        raise ValidationError(msg)
    if not owns_address(organisation, person.email):
        domain = person.email.rpartition("@")[2]
        msg = (
            f"{organisation} has not verified the domain {domain}. If you are a member,"
            " sign in as before and connect your account in the menu of the organisation."
        )
        raise ValidationError(msg)
    if not person.is_verified:
        msg = (
            f"The provider does not say that {person.email} is your address. Ask whoever"
            " runs it to confirm it, and to send “email_verified”."
        )
        raise ValidationError(msg)
    return account_at(organisation, person.email, by_themselves=True) or _new(sign_on, person)


def _new(sign_on: SignOn, person: Person) -> User:
    is_invited = Invitation.objects.open_at(timezone.now()).filter(
        organisation=sign_on.organisation, email=person.email
    )
    if not sign_on.default_role and not is_invited.exists():
        raise ValidationError(_uninvited(sign_on.organisation))
    name = person.name or person.email.partition("@")[0]
    User(email=person.email, name=name, password="-").full_clean(  # noqa: S106
        validate_unique=False
    )
    try:
        with attempt():
            return make_account(email=person.email, name=name, password=None, is_verified=True)
    except IntegrityError:
        msg = "Somebody is making this account right now. Begin again at the sign-in page."
        raise ValidationError(msg) from None


def _connected(organisation: Organisation, user: User, person: Person) -> Identity:
    row = Identity(
        organisation=organisation,
        user=user,
        issuer=person.issuer,
        subject=person.subject,
    )
    try:
        with attempt():
            row.save(force_insert=True)
    except IntegrityError:
        msg = (
            "This account is connected to somebody else at the provider, or you are"
            " connected to another account. Ask an owner of your organisation."
        )
        raise ValidationError(msg, code="other") from None
    fields = {"person": user.email, "issuer": person.issuer}
    _record(user, row, IDENTITY_CONNECTED, after=fields)
    return row


def _joined(sign_on: SignOn, user: User, person: Person) -> Membership:
    """The membership of somebody who had none: invited, or unasked where that is allowed."""
    organisation = sign_on.organisation
    rows = Invitation.objects.open_at(timezone.now()).select_related("organisation")
    invitation = rows.filter(organisation=organisation, email=user.email).first()
    if invitation:
        return accept_invitation(by=user, invitation=invitation)
    same = Q(issuer=person.issuer, subject_hash=hash_of(person.subject))
    gone = Departure.objects.filter(Q(user=user) | same, organisation=organisation)
    if gone.exists():
        msg = f"You are no longer a member of {organisation}. An owner can invite you again."
        raise ValidationError(msg, code="gone")
    if not sign_on.default_role:
        raise ValidationError(_uninvited(organisation), code="uninvited")
    refuse_full(organisation)
    return join(
        user,
        organisation,
        user,
        sign_on.default_role,
        MEMBER_SIGNED_ON,
        issuer=sign_on.issuer,
    )


def _role_by_group(organisation: Organisation, person: Person) -> GroupRole | None:
    return role_of_groups(organisation.group_roles.all(), person.groups)


def role_of_groups(table: Iterable[GroupRole], groups: Collection[str]) -> GroupRole | None:
    """The role that somebody has by their groups: of several the one that may most."""
    rows = [row for row in table if row.group in groups]
    return min(rows, key=lambda row: GIVEN.index(Role(row.role)), default=None)


def keep_departure(*, membership: Membership, kept: Collection[Any], **_: Any) -> None:
    """Somebody's membership ends: a provider alone does not bring them back."""
    if kept:
        return
    of: dict[str, Any] = {
        "organisation_id": membership.organisation_id,
        "user_id": membership.user_id,
    }
    known_as = Identity.objects.filter(**of)
    for issuer, subject in known_as.values_list("issuer", "subject") or [("", "")]:
        Departure.objects.update_or_create(
            **of,
            issuer=issuer,
            defaults={"subject_hash": hash_of(subject) if subject else ""},
        )
    known_as.delete()


def _uninvited(organisation: Organisation) -> str:
    return f"You are not a member of {organisation}. Ask an owner to invite you."


def _locked(organisation: Organisation) -> SignOn:
    lock(organisation)
    found = SignOn.objects.filter(organisation=organisation).first()
    if found is None:
        msg = "Set the provider first."
        raise ValidationError(msg)
    found.organisation = organisation
    return found


def _record(
    by: User | None,
    row: SignOn | Domain | GroupRole | Identity,
    action: EventType,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    trail.record(
        by=by,
        organisation_id=row.organisation_id,
        action=action,
        subject=row,
        before=before or {},
        after=after or {},
    )
