"""Making tokens, taking them back, and the end of those of a member who goes."""

import secrets
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.actions import hash_of, lock, lock_person
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.identity.tokens import scopes as table
from compliance.identity.tokens.events import TOKEN_ENDED, TOKEN_MADE
from compliance.identity.tokens.models import Token
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing

MARK = "attest_"
"""The beginning of every token, by which scanners for secrets know one."""
LONGEST = 365
"""Days (safety.md, "Sessions")."""
DIRECTORY_NAME = "Directory (SCIM)"
MOST = 20
"""Standing tokens of one person, and of the organisation itself."""


def make_token(
    *,
    by: User,
    organisation: Organisation,
    name: str,
    scopes: Iterable[str],
    days: int,
    is_of_organisation: bool = False,
    sending: str = "",
    instead: Token | None = None,
) -> tuple[Token, str]:
    """A token and its text (256 bits), which nobody can read again.

    It is the person's own, or the organisation's, which asks for the permission
    ``members`` and for nothing but scopes that read. ``instead`` is taken back. The same
    ``sending`` makes one: then that token comes back, with "" for its text.

    Raises ``ValidationError`` for a scope that the role does not have, too long a life, or
    too many tokens.
    """
    with writing():
        lock_person(by)
        lock(organisation)
        member = Membership.objects.filter(organisation=organisation, user=by).first()
        _refuse(member, set(scopes), days, is_of_organisation=is_of_organisation)
        owner = None if is_of_organisation else by
        name, written = name.strip(), table.written(scopes)
        if made := _made_before(by, organisation, name, written, sending):
            return made, ""
        if instead:
            end_token(by=by, token=instead)
        standing = Token.objects.standing(timezone.now())
        if standing.filter(organisation=organisation, user=owner).count() >= MOST:
            msg = f"There are {MOST} valid tokens. Take one back first."
            raise ValidationError(msg)
        token = Token(
            organisation=organisation,
            user=owner,
            name=name,
            scopes=written,
        )
        return token, _save(by, token, days, sending)


def _made_before(by: User, organisation: Organisation, name: str, scopes: str, sending: str) -> Token | None:
    """The token that this sending made, unless it was taken back since."""
    fields = {"title": name, "scopes": scopes}
    made = trail.sent_by(by, organisation.pk, TOKEN_MADE, fields, sending)
    rows = organisation.tokens.filter(ended_at=None)
    return rows.filter(pk=made.subject_id).first() if made else None


def renew_directory_token(*, by: User, organisation: Organisation) -> tuple[Token, str]:
    """The token of the organisation's directory, and its text; the one before ends.

    It lasts ``LONGEST`` days. Whether ``by`` may is for the caller, who has locked the
    organisation.
    """
    end_directory_token(by=by, organisation=organisation)
    token = Token(organisation=organisation, name=DIRECTORY_NAME, scopes=table.DIRECTORY)
    return token, _save(by, token, LONGEST)


def end_directory_token(*, by: User, organisation: Organisation) -> bool:
    """Whether there was a token of the directory to end; the organisation is locked."""
    rows = Token.objects.standing(timezone.now()).of_directory()
    ended = [end_token(by=by, token=token) for token in rows.filter(organisation=organisation)]
    return any(ended)


def _save(by: User, token: Token, days: int, sending: str = "") -> str:
    """Keep a new token with its event; its text, which nobody can read again."""
    text, now = MARK + secrets.token_urlsafe(32), timezone.now()
    token.token_hash, token.made_by = hash_of(text), by
    token.made_at, token.expires_at = now, now + timedelta(days=days)
    token.clean_fields(exclude=["token_hash"])
    token.save(force_insert=True)
    trail.record(
        by=by,
        organisation_id=token.organisation_id,
        action=TOKEN_MADE,
        subject=token,
        after=_event_fields(token) | naming(sending),
    )
    _mail_person(token, "made")
    return text


def _refuse(member: Membership | None, asked: set[str], days: int, *, is_of_organisation: bool) -> None:
    """``ValidationError`` for a token that this member may not make."""
    if member is None or not may(member, Permission.VIEW):
        msg = "You are no longer a member."
        raise ValidationError(msg)
    if is_of_organisation and not may(member, Permission.MEMBERS):
        msg = "Only owners make tokens of the organisation."
        raise ValidationError(msg)
    allowed = set(table.offered(member.role))
    if is_of_organisation:
        allowed &= table.OF_ORGANISATION
    if beyond := asked - allowed:
        names = ", ".join(sorted(beyond))
        msg = f"This token cannot have: {names}. Choose from those offered."
        raise ValidationError({"scopes": msg})
    if not 1 <= days <= LONGEST:
        msg = f"A token lasts from 1 to {LONGEST} days."
        raise ValidationError({"days": msg})


def end_token(*, by: User | None, token: Token) -> bool:
    """Take a token back: it opens nothing from the next call on. Twice is once.

    Returns whether it was still there to be taken back.
    """
    with writing():
        rows = Token.objects.select_for_update(of=("self",))
        token = rows.get(pk=token.pk, organisation=token.organisation_id)
        if token.ended_at:
            return False
        _end(by, token)
        _mail_person(token, "taken back")
    return True


def end_with_membership(
    *, by: User | None, membership: Membership, kept: Collection[Permission], **_: Any
) -> None:
    """End the tokens of someone who may no longer look, so that none comes back with them."""
    if Permission.VIEW in kept:
        return
    own = Token.objects.select_for_update(of=("self",)).order_by("pk")
    for token in own.filter(
        organisation=membership.organisation_id,
        user=membership.user_id,
        ended_at=None,
    ):
        _end(by, token)


def _end(by: User | None, token: Token) -> None:
    token.ended_at, token.ended_by = timezone.now(), by
    token.save(update_fields=["ended_at", "ended_by"])
    trail.record(
        by=by,
        organisation_id=token.organisation_id,
        action=TOKEN_ENDED,
        subject=token,
        before=_event_fields(token),
    )


def _mail_person(token: Token, done: str) -> None:
    """Mail the person for whom a token acts."""
    if token.user is None:
        return
    queue_mail(
        organisation_id=token.organisation_id,
        to=token.user.email,
        subject=f"A token for programs was {done} in your name",
        template="factor",
        context={
            "said": f"The token “{token}” of {token.organisation} was {done}. Programs act"
            " for you by such a token.",
            "left": None,
            "link": absolute(reverse("accounts:security")),
        },
    )


def _event_fields(token: Token) -> dict[str, Any]:
    return {
        "title": token.name,
        "user_id": token.user_id,
        "scopes": token.scopes,
        "expires_at": token.expires_at.isoformat(),
    }
