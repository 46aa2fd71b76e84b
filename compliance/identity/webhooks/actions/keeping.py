"""Making webhooks, changing their secrets, and ending them."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.ground.web.outgoing import AddressRefusedError, refuse_address
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.webhooks.events import (
    WEBHOOK_ENDED,
    WEBHOOK_MADE,
    WEBHOOK_SECRET_CHANGED,
)
from compliance.identity.webhooks.models import Webhook
from compliance.identity.webhooks.signing import hash_of_secret, secret_of
from compliance.proof.audit import trail
from compliance.proof.audit.event_types import Topic
from compliance.proof.audit.transaction import writing

MOST = 10
"""Standing webhooks of an organisation."""
ENDED = "This webhook has ended."


def make_webhook(
    *,
    by: User,
    organisation: Organisation,
    address: str,
    topics: Iterable[str],
    sending: str = "",
) -> tuple[Webhook, str]:
    """A webhook, and its secret, which nobody can read again.

    It hears of all that happens from now on. The same ``sending`` makes one: then that
    webhook comes back, with "" for its secret. Raises ``ValidationError`` for an address
    that Attest does not call, for no or unknown topics, and beyond ``MOST``.
    """
    chosen = [topic for topic in Topic if topic.value in set(topics)]
    if not chosen:
        msg = "Choose at least one kind of event."
        raise ValidationError({"topics": msg})
    try:
        refuse_address(address)
    except AddressRefusedError as error:
        raise ValidationError({"address": str(error)}) from error
    with writing():
        lock(organisation)
        fields = {"title": address, "topics": " ".join(chosen)}
        if made := trail.sent_by(by, organisation.pk, WEBHOOK_MADE, fields, sending):
            return organisation.webhooks.get(pk=made.subject_id), ""
        if organisation.webhooks.standing().count() >= MOST:
            msg = f"There are {MOST} webhooks. End one first."
            raise ValidationError(msg)
        pk, now = uuid4(), timezone.now()
        secret = secret_of(pk, 1)
        webhook = Webhook(
            pk=pk,
            organisation=organisation,
            address=address,
            topics=fields["topics"],
            secret_hash=hash_of_secret(secret),
            secret_at=now,
            made_at=now,
            made_by=by,
            reached=trail.newest(organisation.pk),
            next_at=now,
        )
        webhook.save(force_insert=True)
        fields |= naming(sending)
        _record(by, webhook, WEBHOOK_MADE, after=fields)
    return webhook, secret


def change_secret(*, by: User, webhook: Webhook) -> str:
    """Its next secret; the one before signs beside it for ``OVERLAP``.

    Raises ``ValidationError`` where the webhook has ended.
    """
    with writing():
        webhook = _locked(webhook)
        if webhook.state:
            raise ValidationError(ENDED)
        webhook.secret_number += 1
        secret = secret_of(webhook.pk, webhook.secret_number)
        webhook.secret_hash = hash_of_secret(secret)
        webhook.secret_at = timezone.now()
        webhook.save(update_fields=["secret_number", "secret_hash", "secret_at"])
        _record(by, webhook, WEBHOOK_SECRET_CHANGED, after=_event_fields(webhook))
    return secret


def end_webhook(*, by: User | None, webhook: Webhook) -> bool:
    """Send nothing more to it; ``by`` is nobody where the receiver asked for that.

    Twice is once. Returns whether it was still there to be ended.
    """
    with writing():
        webhook = _locked(webhook)
        if webhook.ended_at:
            return False
        webhook.ended_at, webhook.ended_by = timezone.now(), by
        webhook.save(update_fields=["ended_at", "ended_by"])
        _record(by, webhook, WEBHOOK_ENDED, before=_event_fields(webhook))
    return True


def _locked(webhook: Webhook) -> Webhook:
    rows = Webhook.objects.select_for_update(of=("self",))
    return rows.get(pk=webhook.pk, organisation=webhook.organisation_id)


def _record(by: User | None, webhook: Webhook, action: str, **sides: Any) -> None:
    trail.record(
        by=by,
        organisation_id=webhook.organisation_id,
        action=action,
        subject=webhook,
        **sides,
    )


def _event_fields(webhook: Webhook) -> dict[str, Any]:
    return {"title": webhook.address, "topics": webhook.topics}
