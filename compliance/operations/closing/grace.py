"""Closing an organisation: an owner closes it, and any owner can keep it for days of grace."""

import unicodedata
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.closing.asked import standing
from compliance.operations.closing.events import (
    ORGANISATION_CLOSED,
    ORGANISATION_KEPT,
    ORGANISATION_POSTPONED,
)
from compliance.proof.audit import trail
from compliance.proof.audit.checkpoints import checkpoint_safely
from compliance.proof.audit.models import Deletion
from compliance.proof.audit.transaction import writing

TOO_LATE = "The days of grace are over, and Attest is deleting this organisation."
_LATE = timedelta(days=1)
"""So long after the last day nobody knows whether owners could reach it in time."""


def start_closing(*, by: User, organisation: Organisation, name: str) -> Organisation:
    """Begin the days of grace; nothing changes where they have begun already.

    All owners get a mail. Raises ``ValidationError``, by field, where ``name`` is not
    that of the organisation.
    """
    with writing():
        organisation = _locked(organisation)
        if _plain(name) != _plain(organisation.name):
            msg = f"This is another name. Type the name as it is here: {organisation.name}"
            raise ValidationError({"name": msg})
        if organisation.closes_at:
            return organisation
        now = timezone.now()
        organisation.closing_by, organisation.closing_asked_at = by, now
        organisation.closes_at = now + timedelta(days=settings.GRACE_DAYS)
        _save(organisation)
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=ORGANISATION_CLOSED,
            subject=organisation,
            after={"closes_at": organisation.closes_at.isoformat()},
        )
        day = timezone.localtime(organisation.closes_at)
        subject = f"{organisation} will be deleted on {day:%-d %B %Y}"
        _mail_owners(organisation, by, subject, "closing")
        _sign(organisation)
    return organisation


def stop_closing(*, by: User, organisation: Organisation) -> None:
    """Stop the closing; an organisation that nobody closes stays as it is.

    Raises ``ValidationError`` once the deletion has begun.
    """
    with writing():
        organisation = _locked(organisation)
        if Deletion.objects.filter(pk=organisation.pk).exists():
            raise ValidationError(TOO_LATE)
        if organisation.closes_at is None:
            return
        before = organisation.closes_at.isoformat()
        organisation.closing_by = organisation.closing_asked_at = None
        organisation.closes_at = None
        _save(organisation)
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=ORGANISATION_KEPT,
            subject=organisation,
            before={"closes_at": before},
        )
        subject = f"{organisation} will not be deleted"
        _mail_owners(organisation, by, subject, "closing_stopped")


def missed() -> list[Organisation]:
    """Organisations whose last day came and went, and their deletion did not begin.

    The server was off, its clock jumped, or something stood in the way.
    """
    over = Organisation.objects.filter(closes_at__lte=timezone.now() - _LATE)
    begun = Exists(Deletion.objects.filter(pk=OuterRef("pk")))
    return list(over.exclude(begun).order_by("pk"))


def postpone(organisation: Organisation) -> Organisation | None:
    """Let the days of grace begin again, and mail the owners; None where nobody closed it.

    The trail has to say that an owner did.
    """
    with writing():
        organisation = _locked(organisation)
        closing = standing(organisation.pk)
        begun = Deletion.objects.filter(pk=organisation.pk)
        if closing is None or organisation.closes_at is None or begun.exists():
            return None
        before = organisation.closes_at.isoformat()
        organisation.closes_at = timezone.now() + timedelta(days=settings.GRACE_DAYS)
        organisation.save(update_fields=["closes_at"])
        trail.record(
            by=None,
            organisation_id=organisation.pk,
            action=ORGANISATION_POSTPONED,
            subject=organisation,
            before={"closes_at": before},
            after={"closes_at": organisation.closes_at.isoformat()},
        )
        day = timezone.localtime(organisation.closes_at)
        subject = f"{organisation} will be deleted later, on {day:%-d %B %Y}"
        _mail_owners(organisation, organisation.closing_by, subject, "closing_postponed")
        _sign(organisation)
    return organisation


def _sign(organisation: Organisation) -> None:
    """The days of grace count from the checkpoint that has the closing (``asked.py``)."""
    sign = partial(checkpoint_safely, organisation.pk)
    transaction.on_commit(sign, robust=True)


def _locked(organisation: Organisation) -> Organisation:
    lock(organisation)
    return Organisation.objects.get(pk=organisation.pk)


def _save(organisation: Organisation) -> None:
    organisation.save(update_fields=["closes_at", "closing_by", "closing_asked_at"])


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _mail_owners(organisation: Organisation, by: User | None, subject: str, template: str) -> None:
    for owner in organisation.memberships.active_owners().select_related("user"):
        queue_mail(
            organisation_id=organisation.pk,
            to=owner.user.email,
            subject=subject,
            template=template,
            context={
                "organisation": organisation,
                "by": by,
                "link": absolute(reverse("closing:whole", args=[organisation.slug])),
            },
        )
