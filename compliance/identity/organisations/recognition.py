"""Whether a passkey or a code is the person's, now, and for the first time.

The rows are those of ``allauth.mfa``; the ceremony of passkeys is our own. A challenge is a
row, bound to person, session and the address of a form, so that a signature is for one
assessment and counts once (decision 41).
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.identity.organisations import webauthn
from compliance.identity.organisations.models import Challenge, FactorCount, User
from compliance.proof.audit.transaction import writing

PASSKEY, APP = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP
LASTS = timedelta(minutes=5)
NEW = "new passkey"
"""The purpose of a challenge that a new passkey answers: no address, so that the page
that asks for the use of one, without a password, can never ask this.
"""
UNKNOWN = "The passkey was not recognised. Try again, or type your password."
LATE = "This request is more than five minutes old, or already used. Try again, or type your password."
COPIED = (
    "The counter of this passkey is wrong: someone may have a copy of it. Type your password,"
    " and remove the passkey from your account."
)


def ask_for_one(*, by: User, session: str, purpose: str) -> dict[str, Any]:
    """Options for a browser to use one of a person's passkeys. Raises ``ValidationError``."""
    known = known_of(by)
    if not known:
        msg = "You have no passkey. Type your password."
        raise ValidationError(msg)
    return webauthn.to_use(known=known, challenge=challenge_of(by, session, purpose))


def take_code(*, by: User, code: str) -> Authenticator | None:
    """The app of a person, where the code is one of its codes now and was never taken."""
    app = Authenticator.objects.filter(user=by, type=APP).first()
    step = step_of(decrypt(app.data["secret"]), code) if app else None
    if app is None or step is None:
        return None
    with writing():
        return app if _count_on(app, step) else None


def recognise(*, by: User, session: str, purpose: str, said: str) -> Authenticator:
    """The person's passkey that signed what was asked in this session for this thing.

    The challenge is used up in any case. Raises ``ValidationError`` for a signature
    that proves nothing and for a count that stands still or goes back.
    """
    try:
        challenge, _ = webauthn.claimed(said)
        use_up(by, session, purpose, challenge)
    except webauthn.NotProvenError as error:
        raise ValidationError(UNKNOWN) from error
    found = _recognised(by, challenge, said)
    Authenticator.objects.filter(pk=found.pk).update(last_used_at=timezone.now())
    return found


def recognise_at_sign_in(*, person: User | None, challenge: str, said: str) -> Authenticator:
    """The passkey that signed a challenge, with the person whose it is.

    ``person`` has given their password; None for a sign-in by passkey alone. Raises
    ``ValidationError`` as ``recognise`` does.
    """
    try:
        asked, _ = webauthn.claimed(said)
        if not challenge or asked != challenge:
            raise ValidationError(LATE)
    except webauthn.NotProvenError as error:
        raise ValidationError(UNKNOWN) from error
    return _recognised(person, challenge, said)


def _recognised(person: User | None, challenge: str, said: str) -> Authenticator:
    try:
        _, credential_id = webauthn.claimed(said)
        with writing():
            found = passkey_of(credential_id)
            if found is None or (person and found.user_id != person.pk):
                raise ValidationError(UNKNOWN)
            count = webauthn.used(
                said,
                challenge=challenge,
                public=webauthn.public_of(found.data["credential"]),
                handle=str(found.user_id),
            )
            if not _count_on(found, count):
                raise ValidationError(COPIED)
    except webauthn.NotProvenError as error:
        raise ValidationError(UNKNOWN) from error
    return found


def passkey_of(credential_id: str) -> Authenticator | None:
    """The passkey with that id, with its person, whose ever it is."""
    rows = Authenticator.objects.filter(type=PASSKEY, data__credential__rawId=credential_id)
    return rows.select_related("user").first()


def _count_on(factor: Authenticator, count: int) -> bool:
    """Whether a factor counts further than ever before; one that never counts does.

    One statement, so that of two requests at once with the same proof one is refused.
    """
    own = FactorCount.objects.filter(authenticator=factor)
    if count == 0:
        return own.filter(count=0).exists()
    return own.filter(count__lt=count).update(count=count) == 1


def step_of(secret: str, code: str) -> int | None:
    """The time step (RFC 6238) that a code is of, now or one step off."""
    for step in codes.yield_hotp_counters_from_time():
        right = codes.format_hotp_value(codes.hotp_value(secret, step))
        if compare_user_code(actual=code, expected=right):
            return step
    return None


def known_of(by: User) -> list[bytes]:
    """The public keys of a person's passkeys, which a device is asked for."""
    return [webauthn.public_of(one.data["credential"]) for one in by.passkeys]


def challenge_of(by: User, session: str, purpose: str) -> bytes:
    """A new one, kept; those of the person that are too old go."""
    value, now = secrets.token_bytes(32), timezone.now()
    with writing():
        Challenge.objects.filter(user=by, asked_at__lte=now - LASTS).delete()
        Challenge.objects.create(
            user=by,
            session_hash=_hash(session),
            purpose=purpose,
            value=webauthn.encoded(value),
            asked_at=now,
        )
    return value


def use_up(by: User, session: str, purpose: str, value: str) -> None:
    now = timezone.now()
    with writing():
        used_up, _ = Challenge.objects.filter(
            user=by,
            session_hash=_hash(session),
            purpose=purpose,
            value=value,
            asked_at__gt=now - LASTS,
            asked_at__lt=now + LASTS,  # one that is to come was of a wrong clock
        ).delete()
    if not used_up:
        raise ValidationError(LATE)


def _hash(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()
