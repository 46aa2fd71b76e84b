"""Reminders: their interval, and the mail that is sent once."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.urls import reverse
from django.utils import timezone, translation

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.access import ALLOWED, Permission, granted, may
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.calendar.choices import Rhythm
from compliance.reporting.calendar.digests import Digest, digest_of
from compliance.reporting.calendar.events import REMINDERS_ESCALATED, REMINDERS_SET
from compliance.reporting.calendar.models import Reminders, Rules
from compliance.reporting.calendar.sources.scope import DateScope

_SIGNER = Signer(salt="compliance.reporting.calendar.stop")
QUIET, MAILED, NOBODY = "quiet", "mailed", "nobody"


def set_reminders(*, by: User, organisation: Organisation, chosen: dict[str, Any]) -> Reminders:
    """A person's own choice: rhythm, hour, weekday, language and time zone.

    Raises ``ValidationError`` for values that cannot be, and in a sample.
    """
    if organisation.is_sample:
        raise ValidationError("Attest mails no digest of a sample.")
    with writing():
        row = _locked(organisation, by)
        for name in ("rhythm", "hour", "weekday", "language", "time_zone"):
            setattr(row, name, chosen[name])
        row.clean_fields(exclude={"told", "next_at", "mailed_at"})
        row.next_at = _next(row, timezone.now(), Rules.of(organisation).rhythm)
        row.save()
    return row


def _locked(organisation: Organisation, user: User) -> Reminders:
    Reminders.objects.get_or_create(organisation=organisation, user=user)
    rows = Reminders.objects.select_for_update(of=("self",))
    return rows.get(organisation=organisation, user=user)


def _next(row: Reminders, now: datetime, default: str) -> datetime | None:
    """The next moment; one that has come and that no look has taken yet stands."""
    found = row.following(now, default)
    has_come = row.next_at is not None and row.next_at <= now
    return row.next_at if found and has_come else found


def set_rules(*, by: User, organisation: Organisation, rhythm: str, escalate_days: int | None) -> Rules:
    """The organisation's default, and after how many days officers hear of late work.

    The same again changes nothing. Raises ``ValidationError`` for values that cannot be.
    """
    with writing():
        lock(organisation)
        rules = Rules.of(organisation)
        before = {"rhythm": rules.rhythm, "escalate_days": rules.escalate_days}
        after = {"rhythm": rhythm, "escalate_days": escalate_days}
        if rules.pk and before == after:
            return rules
        rules.rhythm, rules.escalate_days = rhythm, escalate_days
        rules.full_clean()
        rules.save()
        now = timezone.now()
        rows = Reminders.objects.filter(organisation=organisation, rhythm="")
        for row in rows.select_for_update(of=("self",)).order_by("pk"):
            row.next_at = _next(row, now, rhythm)
            row.save(update_fields=["next_at"])
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=REMINDERS_SET,
            subject=rules,
            before=before,
            after=after,
        )
    return rules


def begin(now: datetime) -> int:
    """Reminders for members who have none, where their organisation wants them.

    Returns how many there are now more.
    """
    members = Membership.objects.filter(
        role__in=[role for role, may in ALLOWED.items() if Permission.VIEW in may],
        user__is_active=True,
        organisation__sample_of=None,
    ).exclude(organisation__reminder_rules__rhythm=Rhythm.NEVER)
    own = Reminders.objects.filter(organisation=models.OuterRef("organisation"), user=models.OuterRef("user"))
    new = members.exclude(models.Exists(own.order_by())).select_related("organisation")
    if not (found := list(new.order_by())):
        return 0
    rules = {
        one.organisation_id: one.rhythm
        for one in Rules.objects.filter(organisation__in={one.organisation_id for one in found})
    }
    rows = []
    for member in found:
        row = Reminders(organisation=member.organisation, user_id=member.user_id)
        default = rules.get(member.organisation_id, Rhythm.WEEKLY)
        row.next_at = row.following(now, default)
        rows.append(row)
    with writing():
        Reminders.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def take_turn(*, reminders_id: int, now: datetime) -> bool | None:
    """Set the next moment of reminders whose moment has come; None if it has not.

    Whether the digest is to go out now: not where a wrong clock had set the moment. Of
    two that ask at once, one gets an answer.
    """
    rows = Reminders.objects.select_for_update(of=("self",)).waiting(now)
    row = rows.filter(pk=reminders_id).select_related("organisation").first()
    if row is None or row.next_at is None:
        return None
    is_due = row.next_at <= now
    row.next_at = row.following(now, Rules.of(row.organisation).rhythm)
    row.save(update_fields=["next_at"])
    return is_due


def mail_digest(*, reminders_id: int) -> str:
    """Queue the digest of a person, if it has something new; its dates are kept with it.

    Mail and memory are one transaction: done again, by a worker that takes up what a dead
    one left, it finds nothing new.
    """
    with writing():
        rows = Reminders.objects.select_for_update(of=("self",))
        row = rows.filter(pk=reminders_id).select_related("organisation", "user").first()
        member = _member(row) if row else None
        if row is None or member is None:
            return NOBODY
        rules = Rules.of(row.organisation)
        if (row.rhythm or rules.rhythm) == Rhythm.NEVER:
            return NOBODY
        with spoken_to(row):
            scope = scope_of(row, member)
            digest = digest_of(scope, row, rules, member)
            row.told = digest.stages
            if not digest.count:
                row.save(update_fields=["told"])
                return QUIET
            _queue(row, digest, scope.today)
        row.mailed_at, row.mailed = timezone.now(), row.mailed + 1
        row.save(update_fields=["told", "mailed_at", "mailed"])
        if digest.escalated:
            trail.record(
                by=None,
                organisation_id=row.organisation_id,
                action=REMINDERS_ESCALATED,
                subject=row.organisation,
                after={
                    "user_id": row.user_id,
                    "days": rules.escalate_days or 0,
                    "count": digest.escalated,
                },
            )
    return MAILED


def _member(row: Reminders) -> Membership | None:
    """The membership that the reminders belong to, while it may look; none of a sample."""
    found = Membership.objects.filter(
        organisation=row.organisation_id,
        organisation__sample_of=None,
        user=row.user_id,
        user__is_active=True,
    )
    member = found.select_related("organisation__own_policy").first()
    return member if member and may(member, Permission.VIEW) else None


@contextmanager
def spoken_to(row: Reminders) -> Iterator[None]:
    """The language and the clock of a person."""
    with translation.override(row.language), timezone.override(row.zone):
        yield


def scope_of(row: Reminders, member: Membership) -> DateScope:
    """All dates that the person may see on the day of their clock."""
    today = timezone.now().astimezone(row.zone).date()
    return DateScope(row.organisation, granted(member), today)


def context_of(row: Reminders, digest: Digest, today: date) -> dict[str, Any]:
    """The context of the mail's templates."""
    slug = row.organisation.slug
    return {
        "organisation": row.organisation,
        "person": row.user,
        "today": today,
        "digest": digest,
        "calendar": absolute(reverse("calendar:calendar", args=[slug])),
        "settings": absolute(reverse("calendar:reminders", args=[slug])),
        "stop": stop_address(row),
        "language": row.language,
    }


def _queue(row: Reminders, digest: Digest, today: date) -> None:
    queue_mail(
        organisation_id=row.organisation_id,
        to=row.user.email,
        subject=f"{row.organisation}: {digest.subject}",
        template="digest",
        context=context_of(row, digest, today),
        has_html=True,
        stop=stop_address(row),
    )


def stop_address(row: Reminders) -> str:
    """The address that ends the mails by one POST, without sign-in (RFC 8058)."""
    return absolute(reverse("calendar:stop", args=[_SIGNER.sign(str(row.pk))]))


def stopped_by(token: str) -> Reminders | None:
    """The reminders that a signed token may end; None for any other."""
    try:
        pk = int(_SIGNER.unsign(token))
    except (BadSignature, ValueError):
        return None
    rows = Reminders.objects.select_related("organisation")
    return rows.filter(pk=pk).first()


def stop(*, reminders: Reminders) -> None:
    """End the digest until the person chooses one again. Twice is once."""
    with writing():
        rows = Reminders.objects.filter(pk=reminders.pk)
        rows.update(rhythm=Rhythm.NEVER, next_at=None)


def forget_with_rights(*, membership: Membership, kept: Collection[Permission], **_: Any) -> None:
    """End the reminders of someone who may no longer look."""
    if Permission.VIEW not in kept:
        Reminders.objects.filter(organisation=membership.organisation_id, user=membership.user_id).delete()
