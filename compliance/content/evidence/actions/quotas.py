"""Storage quotas, counted one upload after the other."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.dispatch import Signal
from django.utils import timezone

from compliance.content.evidence.models import Evidence, Upload
from compliance.ground.web.sizes import size_of
from compliance.identity.organisations.actions import lock, lock_person
from compliance.identity.organisations.models import Organisation, User

HURRY = "hurry"
ROOM = "room"
HOUR = timedelta(hours=1)
counted = Signal()
"""Sent to count the bytes that an ``organisation`` keeps. Receivers in rooms above return a
mapping of kinds of files to bytes, which count against the same limit."""


def refuse_over(
    *,
    by: User,
    organisation: Organisation,
    sha256: str,
    size_bytes: int,
    of: Upload | None = None,
) -> None:
    """Refuse one more file of a person in a hurry, or of an organisation without room.

    The bytes of the upload that it comes ``of`` are not counted a second time. Raises ``ValidationError`` with code ``HURRY`` or ``ROOM``.
    """
    if not organisation.is_sample:
        _refuse_hurry(by)
    files = Evidence.objects.filter(organisation=organisation).exclude(sha256="")
    if not files.filter(sha256=sha256).exists():  # the same bytes lie there once
        refuse_full(organisation, size_bytes, of=of)


def hold(by: User, organisation: Organisation) -> None:
    """Keep others from counting until the transaction ends. SQLite does so anyway."""
    lock_person(by)
    lock(organisation)


def _refuse_hurry(by: User) -> None:
    since = timezone.now() - HOUR
    mine = Evidence.objects.filter(added_by=by, added_at__gt=since, organisation__sample_of=None).exclude(
        sha256=""
    )
    times = mine.order_by("-added_at").values_list("added_at", flat=True)
    limit = settings.UPLOADS_PER_HOUR
    if len(latest := times[:limit]) < limit:
        return
    again = timezone.localtime(latest[limit - 1] + HOUR) if limit else None
    when = f"Add the next at {again:%H:%M}." if again else "You may add none."
    msg = f"You added {limit} files within an hour, the most allowed. {when}"
    raise ValidationError({"upload": ValidationError(msg, code=HURRY)})


def refuse_full(organisation: Organisation, size_bytes: int, *, of: Upload | None = None) -> None:
    """Refuse bytes for which an organisation has no room; see ``refuse_over``."""
    kept = sum(kept_by(organisation, without=of).values())
    limit = settings.ORGANISATION_BYTES
    if kept + size_bytes > limit:
        msg = (
            f"The organisation keeps {size_of(kept)} of files, and its limit is"
            f" {size_of(limit)}; this file has {size_of(size_bytes)}."
            " Add a link, or ask the administrator of this installation for more space."
        )
        raise ValidationError({"upload": ValidationError(msg, code=ROOM)})


def kept_by(organisation: Organisation, *, without: Upload | None = None) -> dict[str, int]:
    """The bytes that an organisation keeps, by kind of file; the same bytes count once.

    They are those of all uploads that go on but for one.
    """
    files = Evidence.objects.filter(organisation=organisation).exclude(sha256="")
    each = files.order_by().values("sha256", "size_bytes").distinct()
    found = {"Evidence": each.aggregate(sum=Sum("size_bytes"))["sum"] or 0}
    going = Upload.objects.standing(timezone.now()).filter(organisation=organisation)
    others = going.exclude(pk=without.pk) if without else going
    if lying := others.aggregate(sum=Sum("offset"))["sum"]:
        found["Unfinished uploads"] = lying
    for _, more in counted.send(sender=Organisation, organisation=organisation):
        found |= cast("dict[str, int]", more)
    return found


def refuse_any(organisation: Organisation) -> None:
    """Refuse a file whose size is not known yet if no space is left."""
    kept, limit = sum(kept_by(organisation).values()), settings.ORGANISATION_BYTES
    if kept >= limit:
        msg = (
            f"The organisation keeps {size_of(kept)} of files, and its limit is"
            f" {size_of(limit)}. Ask the administrator of this installation for"
            " more space."
        )
        raise ValidationError(msg, code=ROOM)
