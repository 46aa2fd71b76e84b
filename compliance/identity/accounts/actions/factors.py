"""Factors: passkeys, an app with codes, recovery codes; set up, named and removed."""

from typing import Any

from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError

from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.text import validate_line
from compliance.identity.organisations import webauthn
from compliance.identity.organisations.actions import lock_person
from compliance.identity.organisations.events import (
    ACCOUNT_CHANGED,
    APP_ADDED,
    APP_REMOVED,
    FACTORS_FORGOTTEN,
    PASSKEY_ADDED,
    PASSKEY_REMOVED,
    PASSKEY_RENAMED,
    RECOVERY_CODE_USED,
    RECOVERY_CODES_MADE,
)
from compliance.identity.organisations.models import FactorCount, Membership, User
from compliance.identity.organisations.recognition import (
    NEW,
    challenge_of,
    known_of,
    passkey_of,
    step_of,
    use_up,
)
from compliance.proof.audit import trail
from compliance.proof.audit.event_types import EventType
from compliance.proof.audit.transaction import writing

PASSKEY, APP = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP
RECOVERY = Authenticator.Type.RECOVERY_CODES
MOST = 20
"""Passkeys of one person."""
UNPROVED = (
    "Someone else might have typed your address. Confirm it first: Sign-in and security mails you a link."
)


def ask_for_new(*, by: User, session: str) -> dict[str, Any]:
    """Options for a browser to make a passkey. Raises ``ValidationError``."""
    known = known_of(by)
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
        challenge=challenge_of(by, session, NEW),
    )


def add_passkey(*, by: User, session: str, name: str, said: str) -> list[str]:
    """Keep the passkey that a device made. Raises ``ValidationError``.

    Gives the recovery codes that are made with a first factor, else none.
    """
    try:
        challenge, _ = webauthn.claimed(said)
        use_up(by, session, NEW, challenge)
        made = webauthn.made(said, challenge=challenge)
    except webauthn.NotProvenError as error:
        msg = "The passkey could not be made. Try again."
        raise ValidationError(msg) from error
    name = name.strip()
    validate_line(name)
    with writing():
        lock_person(by)
        _refuse_unproved(by)
        if by.passkeys.count() >= MOST:
            msg = f"You have {MOST} passkeys. Remove one first."
            raise ValidationError(msg)
        if passkey_of(made.credential["rawId"]):
            msg = "This passkey is known already."
            raise ValidationError(msg)
        passkey = Authenticator.objects.create(
            user=by, type=PASSKEY, data={"name": name, "credential": made.credential}
        )
        FactorCount.objects.create(authenticator=passkey, count=made.sign_count)
        _record_and_mail(by, PASSKEY_ADDED, after={"passkey": name})
        return _first_codes(by)


def is_kept(*, by: User, said: str) -> bool:
    """Whether the passkey that a device made is one of the person's already."""
    try:
        _, made = webauthn.claimed(said)
    except webauthn.NotProvenError:
        return False
    found = passkey_of(made)
    return found is not None and found.user == by


def rename_passkey(*, by: User, passkey: Authenticator, name: str) -> None:
    """Another name; the same again changes nothing. Raises ``ValidationError``."""
    name = name.strip()
    validate_line(name)
    with writing():
        lock_person(by)
        passkey = by.passkeys.get(pk=passkey.pk)
        before = str(passkey)
        if before == name:
            return
        passkey.data = passkey.data | {"name": name}
        passkey.save(update_fields=["data"])
        _record_and_mail(by, PASSKEY_RENAMED, before={"passkey": before}, after={"passkey": name})


def remove_passkey(*, by: User, passkey: Authenticator) -> None:
    """It is not recognised any more, whoever has the device.

    Raises ``ValidationError`` for the last factor where an organisation asks for one.
    """
    with writing():
        lock_person(by)
        passkey = by.passkeys.get(pk=passkey.pk)
        _keep_one(by, passkey.pk)
        _record_and_mail(by, PASSKEY_REMOVED, before={"passkey": str(passkey)})
        passkey.delete()
        _drop_idle_codes(by)


def add_app(*, by: User, secret: str, code: str) -> list[str]:
    """Keep the secret of an app that showed a code of it. Raises ``ValidationError``.

    An app set up before goes. Gives the recovery codes that are made with a first
    factor, else none. Of one that is sent twice nothing changes.
    """
    step = step_of(secret, code)
    if step is None:
        msg = "This code is not right. Check the clock of your phone, and type the next one."
        raise ValidationError(msg)
    with writing():
        lock_person(by)
        before = Authenticator.objects.filter(user=by, type=APP)
        if any(decrypt(app.data["secret"]) == secret for app in before):
            return []
        _refuse_unproved(by)
        before.delete()
        made = codes.TOTP.activate(by, secret).instance
        FactorCount.objects.create(authenticator=made, count=step)
        _record_and_mail(by, APP_ADDED)
        return _first_codes(by)


def is_connected_by(*, by: User, code: str) -> bool:
    """Whether a code is the one by which the app was connected, and none counted since."""
    app = Authenticator.objects.filter(user=by, type=APP).first()
    if app is None:
        return False
    step = step_of(decrypt(app.data["secret"]), code)
    return step is not None and step == app.counted.count


def remove_app(*, by: User) -> None:
    """No app makes codes for the person any more; without one nothing changes.

    Raises ``ValidationError`` for the last factor where an organisation asks for one.
    """
    with writing():
        lock_person(by)
        found = Authenticator.objects.filter(user=by, type=APP)
        app = found.first()
        if app is None:
            return
        _keep_one(by, app.pk)
        _record_and_mail(by, APP_REMOVED)
        found.delete()
        _drop_idle_codes(by)


def make_recovery_codes(*, by: User) -> list[str]:
    """Ten new ones; those made before open nothing. Raises ``ValidationError``."""
    with writing():
        lock_person(by)
        if not Authenticator.objects.filter(user=by, type__in=[APP, PASSKEY]).exists():
            msg = "Recovery codes stand in for a passkey or an app: set one up first."
            raise ValidationError(msg)
        Authenticator.objects.filter(user=by, type=RECOVERY).delete()
        return _new_codes(by)


def forget_factors(*, by: User | None, email: str) -> User:
    """Take away all of a person's factors: they lost them. Raises ``ValidationError``.

    Only whoever runs Attest does this; the person's own way is a recovery code.
    """
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        msg = f"Nobody here has the address {email.strip()[:254]}."
        raise ValidationError(msg)
    with writing():
        lock_person(person)
        own = Authenticator.objects.filter(user=person)
        if not own.exists():
            msg = f"{person.email} has no second factor."
            raise ValidationError(msg)
        _record_and_mail(by, FACTORS_FORGOTTEN, of=person)
        own.delete()
    return person


def recovery_codes_left(person: User) -> int | None:
    """How many of a person's recovery codes are not used; None for someone without."""
    found = Authenticator.objects.filter(user=person, type=RECOVERY).first()
    return len(RecoveryCodes(found).get_unused_codes()) if found else None


def take_recovery_code(*, by: User, code: str) -> Authenticator | None:
    """The recovery codes of a person, where this is one that was not used before."""
    with writing():
        lock_person(by)
        found = Authenticator.objects.filter(user=by, type=RECOVERY).first()
        if found is None:
            return None
        own = RecoveryCodes(found)
        if not own.validate_code(code):
            return None
        _record_and_mail(by, RECOVERY_CODE_USED, left=len(own.get_unused_codes()))
    return own.instance


def _refuse_unproved(by: User) -> None:
    """A person who typed someone else's address must not lock them out of it for good."""
    try:
        validate_can_add_authenticator(by)
    except ValidationError as error:
        raise ValidationError(UNPROVED) from error


def _keep_one(by: User, removed: int) -> None:
    """Refuse to lose the last factor where an organisation asks for one."""
    rest = Authenticator.objects.filter(user=by, type__in=[APP, PASSKEY])
    if rest.exclude(pk=removed).exists():
        return
    asking = Membership.objects.of(by).filter(organisation__own_policy__second_factor_from__isnull=False)
    if names := ", ".join(str(one.organisation) for one in asking):
        msg = f"{names} requires a second factor: set up another one, then remove this."
        raise ValidationError(msg)


def _first_codes(by: User) -> list[str]:
    if Authenticator.objects.filter(user=by, type=RECOVERY).exists():
        return []
    return _new_codes(by)


def _new_codes(by: User) -> list[str]:
    made = RecoveryCodes.activate(by)
    _record_and_mail(by, RECOVERY_CODES_MADE)
    return made.generate_codes()


def _drop_idle_codes(by: User) -> None:
    """Recovery codes stand in for a factor: without one they go."""
    own = Authenticator.objects.filter(user=by)
    if not own.exclude(type=RECOVERY).exists():
        own.delete()


def _record_and_mail(
    by: User | None,
    action: EventType,
    *,
    of: User | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    left: int | None = None,
) -> None:
    """To the person by mail, to each organisation whose trail it may matter to, and to
    the chain of people, which has the row itself.
    """
    person = of or by
    if person is None:
        msg = "say whose factor it is"
        raise ValueError(msg)
    before, after = before or {}, after or {}
    for membership in Membership.objects.of(person).order_by("organisation_id"):
        trail.record(
            by=by,
            organisation_id=membership.organisation_id,
            action=action,
            subject=membership,
            before=before,
            after={"person": person.email} | after,
        )
    trail.record_of_people(by=by, action=ACCOUNT_CHANGED, subject=person, before=before, after=after)
    said = _SAID[action].format(
        name=after.get("passkey", before.get("passkey")), before=before.get("passkey")
    )
    queue_mail(
        organisation_id=None,
        to=person.email,
        subject=_SUBJECT[action],
        template="factor",
        context={
            "person": person,
            "said": said,
            "left": left,
            "link": absolute("/security/"),
        },
    )


_SUBJECT = {
    FACTORS_FORGOTTEN: "Your account is protected by your password alone",
    PASSKEY_ADDED: "A passkey of your account was added",
    PASSKEY_RENAMED: "A passkey of your account was renamed",
    PASSKEY_REMOVED: "A passkey of your account was removed",
    APP_ADDED: "An app now makes codes for your account",
    APP_REMOVED: "Your account no longer uses codes from an app",
    RECOVERY_CODES_MADE: "Your account has new recovery codes",
    RECOVERY_CODE_USED: "A recovery code of your account was used",
}
_SAID = {
    FACTORS_FORGOTTEN: "The administrator of Attest has removed your passkeys, app and recovery codes."
    " Set up new ones now.",
    PASSKEY_ADDED: "The passkey “{name}” of your account was added.",
    PASSKEY_RENAMED: "The passkey “{before}” of your account is now called “{name}”.",
    PASSKEY_REMOVED: "The passkey “{name}” of your account was removed.",
    APP_ADDED: "Attest asks for a code of this app when you sign in.",
    APP_REMOVED: "Attest no longer accepts codes from an app for your account.",
    RECOVERY_CODES_MADE: "Each works once. Codes made before no longer work.",
    RECOVERY_CODE_USED: "Someone signed in with your password and this code.",
}
