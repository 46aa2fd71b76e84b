"""Subscriptions: made, and taken back by their person or with the membership."""

import secrets
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.actions import hash_of, lock, lock_person
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.calendar.events import FEED_ENDED, FEED_MADE
from compliance.reporting.calendar.models import SUBSCRIBES, Feed


def make_feed(*, by: User, organisation: Organisation, is_own_only: bool) -> tuple[Feed, str]:
    """A new address and its token (256 bits), which nobody can read again.

    The address that the person had opens nothing from now on. Raises ``ValidationError``
    for someone who is no longer a member, and in a sample.
    """
    if organisation.is_sample:
        raise ValidationError("The dates of a sample are in no calendar but its own.")
    token = secrets.token_urlsafe(32)
    with writing():
        lock_person(by)
        lock(organisation)
        member = Membership.objects.filter(organisation=organisation, user=by).first()
        if member is None or not any(may(member, one) for one in SUBSCRIBES):
            msg = "You are no longer a member."
            raise ValidationError(msg)
        feed = Feed.of(organisation, by) or Feed(organisation=organisation, user=by)
        feed.token_hash = hash_of(token)
        feed.is_own_only, feed.made_at = is_own_only, timezone.now()
        feed.save()
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=FEED_MADE,
            subject=feed,
            after={"user_id": by.pk, "is_own_only": is_own_only},
        )
    return feed, token


def end_feed(*, by: User | None, organisation: Organisation, user: User) -> bool:
    """Take an address back: it opens nothing from now on. Twice is once.

    Returns whether there was one.
    """
    with writing():
        rows = Feed.objects.select_for_update(of=("self",))
        feed = rows.filter(organisation=organisation, user=user).first()
        if feed is None:
            return False
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=FEED_ENDED,
            subject=feed,
            before={"user_id": user.pk},
        )
        feed.delete()
    return True


def end_with_rights(
    *, by: User | None, membership: Membership, kept: Collection[Permission], **_: Any
) -> None:
    """Take back the address of someone whose role may no longer have one."""
    if SUBSCRIBES.isdisjoint(kept):
        end_feed(by=by, organisation=membership.organisation, user=membership.user)
