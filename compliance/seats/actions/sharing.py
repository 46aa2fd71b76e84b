"""Share links: made, used and taken back."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.assessments.models import Assessment
from compliance.audit.transaction import writing
from compliance.organisations.actions import hash_of
from compliance.organisations.models import User
from compliance.reviews.actions import clean_typed
from compliance.seats.actions.locking import record
from compliance.seats.choices import LONGEST_DAYS
from compliance.seats.events import SHARE_MADE, SHARE_OPENED, SHARE_REVOKED
from compliance.seats.models import ShareLink
from compliance.web.mail import absolute, queue_mail


def share(
    *, by: User, assessment: Assessment, label: str, days: int, email: str = ""
) -> tuple[ShareLink, str]:
    """A new link and its token (256 bits), which nobody can read again.

    It is mailed to ``email`` where one is given.

    Raises ``ValidationError`` for more than 90 days and a label that cannot be.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": f"Between 1 and {LONGEST_DAYS} days."})
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    with writing():
        link = ShareLink(
            assessment=assessment,
            label=label,
            token_hash=hash_of(token),
            made_at=now,
            made_by=by,
            expires_at=now + timedelta(days=days),
        )
        clean_typed(link, "label")
        link.save(force_insert=True)
        fields = {
            "title": label,
            "until": link.expires_at.isoformat(),
            "assessment": str(assessment.pk),
        }
        if email:
            fields["email"] = email
            queue_mail(
                organisation_id=assessment.organisation_id,
                to=email,
                subject=f"{assessment.organisation} shows you {assessment}",
                template="share",
                context={
                    "by": by,
                    "link": link,
                    "organisation": assessment.organisation,
                    "address": absolute(reverse("seats:shared", args=[token])),
                },
            )
        record(by, assessment, SHARE_MADE, link, after=fields)
    return link, token


def revoke(*, by: User, link: ShareLink) -> ShareLink:
    """Take a link back: it opens nothing from now on. Twice is once."""
    with writing():
        rows = ShareLink.objects.for_page().select_for_update(of=("self",))
        found = rows.get(pk=link.pk)
        if found.revoked_at:
            return found
        found.revoked_at, found.revoked_by = timezone.now(), by
        found.save(update_fields=["revoked_at", "revoked_by"])
        fields = {"title": found.label}
        record(by, found.assessment, SHARE_REVOKED, found, before=fields)
    return found


def open_share(*, token: str) -> ShareLink | None:
    """The link that a token opens now; None for any other.

    The event is all that is written: how often a link was opened is counted there.
    """
    rows = ShareLink.objects.open_at(timezone.now()).for_page()
    wanted = rows.filter(token_hash=hash_of(token))
    if not wanted.exists():
        return None
    with writing():
        found = wanted.first()
        if found is None:
            return None
        fields = {"title": found.label}
        record(None, found.assessment, SHARE_OPENED, found, after=fields)
    return found
