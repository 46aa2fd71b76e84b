"""Passkeys: made, named, removed, and used in place of a password."""

import secrets
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from compliance.audit import trail
from compliance.audit.event_types import EventType
from compliance.audit.transaction import attempt, writing
from compliance.organisations import webauthn
from compliance.organisations.actions.invitations import hash_of
from compliance.organisations.actions.members import lock_person
from compliance.organisations.events import (
    ACCOUNT_CHANGED,
    PASSKEY_ADDED,
    PASSKEY_REMOVED,
    PASSKEY_RENAMED,
)
from compliance.organisations.models import Challenge, Membership, Passkey, User
from compliance.web.mail import absolute, queue_mail

MOST = 20
"""Passkeys of one person."""
LASTS = timedelta(minutes=5)
NEW = "new passkey"
"""The purpose of a challenge that a new passkey answers: no address, so that the page
that asks for the use of one, without a password, can never ask this.
"""
UNKNOWN = "The passkey was not recognised. Try again, or type your password."
LATE = (
    "This was asked more than five minutes ago, or is used up. Try again, or type"
    " your password."
)
COPIED = (
    "This passkey counts wrong: somebody may have a copy of it. Type your password,"
    " and remove the passkey from your account."
)


def ask_for_new(*, by: User, session: str) -> dict[str, Any]:
    """Options for a browser to make a passkey. Raises ``ValidationError``."""
    known = _known(by)
    if not webauthn.is_possible():
        msg = "Passkeys need Attest at an address with a name, over HTTPS."
        raise ValidationError(msg)
    if len(known) >= MOST:
        msg = f"You have {MOST} passkeys. Remove one first."
        raise ValidationError(msg)
    return webauthn.to_make(
        handle=str(by.pk),
        email=by.email,
        name=str(by),
        known=known,
        challenge=_challenge(by, session, NEW),
    )


def ask_for_one(*, by: User, session: str, purpose: str) -> dict[str, Any]:
    """Options for a browser to use one of a person's passkeys. Raises ``ValidationError``."""
    known = _known(by)
    if not known:
        msg = "You have no passkey. Type your password."
        raise ValidationError(msg)
    return webauthn.to_use(known=known, challenge=_challenge(by, session, purpose))


def add_passkey(*, by: User, session: str, name: str, said: str) -> Passkey:
    """Keep the passkey that a device made. Raises ``ValidationError``."""
    try:
        challenge, _ = webauthn.claimed(said)
        _use_up(by, session, NEW, challenge)
        made = webauthn.made(said, challenge=challenge)
    except webauthn.NotProvenError as error:
        msg = "The passkey could not be made. Try again."
        raise ValidationError(msg) from error
    passkey = Passkey(
        user=by,
        name=name.strip(),
        credential_id=made.credential_id,
        public=made.public,
        sign_count=made.sign_count,
    )
    with writing():
        lock_person(by)
        if by.passkeys.count() >= MOST:
            msg = f"You have {MOST} passkeys. Remove one first."
            raise ValidationError(msg)
        passkey.clean_fields(exclude=["public"])
        try:
            with attempt():
                passkey.save(force_insert=True)
        except IntegrityError as error:
            msg = "This passkey is known already."
            raise ValidationError(msg) from error
        _tell(by, PASSKEY_ADDED, "added", {}, {"passkey": passkey.name})
    return passkey


def rename_passkey(*, by: User, passkey: Passkey, name: str) -> None:
    """Another name; the same again changes nothing. Raises ``ValidationError``."""
    with writing():
        passkey = by.passkeys.select_for_update().get(pk=passkey.pk)
        before, passkey.name = passkey.name, name.strip()
        if before == passkey.name:
            return
        passkey.clean_fields(exclude=["public"])
        passkey.save(update_fields=["name"])
        _tell(
            by,
            PASSKEY_RENAMED,
            "renamed",
            {"passkey": before},
            {"passkey": passkey.name},
        )


def remove_passkey(*, by: User, passkey: Passkey) -> None:
    """It is not recognised any more, whoever has the device."""
    with writing():
        passkey = by.passkeys.select_for_update().get(pk=passkey.pk)
        _tell(by, PASSKEY_REMOVED, "removed", {"passkey": passkey.name}, {})
        passkey.delete()


def recognise(*, by: User, session: str, purpose: str, said: str) -> Passkey:
    """The person's passkey that signed what was asked in this session for this thing.

    The challenge is used up in any case. Raises ``ValidationError`` for a signature
    that proves nothing and for a count that stands still or goes back.
    """
    try:
        challenge, credential_id = webauthn.claimed(said)
        _use_up(by, session, purpose, challenge)
        with writing():
            rows = by.passkeys.select_for_update()
            passkey = rows.filter(credential_id=credential_id).first()
            if passkey is None:
                raise ValidationError(UNKNOWN)
            count = webauthn.used(
                said,
                challenge=challenge,
                public=bytes(passkey.public),
                handle=str(by.pk),
            )
            if (count or passkey.sign_count) and count <= passkey.sign_count:
                raise ValidationError(COPIED)
            passkey.sign_count, passkey.used_at = count, timezone.now()
            passkey.save(update_fields=["sign_count", "used_at"])
    except webauthn.NotProvenError as error:
        raise ValidationError(UNKNOWN) from error
    return passkey


def _known(by: User) -> list[bytes]:
    return [bytes(public) for public in by.passkeys.values_list("public", flat=True)]


def _challenge(by: User, session: str, purpose: str) -> bytes:
    """A new one, kept; those of the person that are too old go."""
    value, now = secrets.token_bytes(32), timezone.now()
    with writing():
        Challenge.objects.filter(user=by, asked_at__lte=now - LASTS).delete()
        Challenge.objects.create(
            user=by,
            session_hash=hash_of(session),
            purpose=purpose,
            value=webauthn.encoded(value),
            asked_at=now,
        )
    return value


def _use_up(by: User, session: str, purpose: str, value: str) -> None:
    with writing():
        used_up, _ = Challenge.objects.filter(
            user=by,
            session_hash=hash_of(session),
            purpose=purpose,
            value=value,
            asked_at__gt=timezone.now() - LASTS,
        ).delete()
    if not used_up:
        raise ValidationError(LATE)


def _tell(
    by: User,
    action: EventType,
    what: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """To the person by mail, to each organisation whose trail it may matter to, and to
    the chain of people, which has the passkey itself.
    """
    memberships = Membership.objects.of(by).order_by("organisation_id")
    for membership in memberships:
        trail.record(
            by=by,
            organisation_id=membership.organisation_id,
            action=action,
            subject=membership,
            before=before,
            after={"person": by.email} | after,
        )
    trail.record_of_people(
        by=by, action=ACCOUNT_CHANGED, subject=by, before=before, after=after
    )
    name = after.get("passkey") or before["passkey"]
    queue_mail(
        to=by.email,
        subject=f"A passkey of your account was {what}",
        template="passkey",
        context={
            "person": by,
            "name": name,
            "what": what,
            "before": before.get("passkey", ""),
            "link": absolute("/passkeys/"),
        },
    )
