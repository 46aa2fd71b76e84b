"""Share links: made, used and taken back."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.reviews.actions import clean_typed
from compliance.assurance.seats.actions.locking import record
from compliance.assurance.seats.choices import LONGEST_DAYS
from compliance.assurance.seats.events import SHARE_MADE, SHARE_OPENED, SHARE_REVOKED
from compliance.assurance.seats.models import ShareLink
from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.actions import hash_of
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Assessment


def share(
    *,
    by: User,
    assessment: Assessment,
    label: str,
    days: int,
    email: str = "",
    sending: str = "",
    instead: ShareLink | None = None,
) -> tuple[ShareLink, str]:
    """A new link and its token (256 bits), which nobody can read again.

    It is mailed to ``email`` where one is given, and ``instead`` is taken back. The same
    ``sending`` makes one: then that link comes back, with "" for its token.

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
        Assessment.objects.select_for_update().get(pk=assessment.pk)
        fields = {"title": label, "assessment": str(assessment.pk)}
        fields |= {"email": email} if email else {}
        if made := _made_before(by, assessment, fields, sending):
            return made, ""
        if instead:
            revoke(by=by, link=instead)
        link.save(force_insert=True)
        fields |= {"until": link.expires_at.isoformat()}
        fields |= naming(sending)
        if email:
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


def _made_before(by: User, assessment: Assessment, fields: dict[str, str], sending: str) -> ShareLink | None:
    """The link that this sending made, unless it was taken back since."""
    made = trail.sent_by(by, assessment.organisation_id, SHARE_MADE, fields, sending)
    rows = assessment.share_links.filter(revoked_at=None)
    return rows.filter(pk=made.subject_id).first() if made else None


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
