"""Signing: what an assessment says becomes what someone put their name to."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from compliance.assurance.reviews.actions.holding import clean_typed, held, record, review_of
from compliance.assurance.reviews.choices import ReviewEnd
from compliance.assurance.reviews.events import ASSESSMENT_SIGNED
from compliance.assurance.reviews.models import Review, SignOff
from compliance.assurance.reviews.queries import Desk, read_desk
from compliance.assurance.reviews.readiness import blocking
from compliance.assurance.reviews.rows import rows_of
from compliance.assurance.reviews.signing_statement import statement
from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.actions import hold_right
from compliance.identity.organisations.models import User
from compliance.proof.audit import rows, trail
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.checkpoints import checkpoint_safely
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.content import Content
from compliance.work.snapshots.models import Snapshot

_NAMED = {"passkey": "passkey", "sign-on": "provider"}
"""Way of proof to the field of the event that names it."""
MOVED = "moved"
"""The code of a refusal because the assessment says something else by now."""
REWORDED = (
    "The statement has changed since you opened this page: a source that the questions cite"
    " binds more or less than before. Read the statement again."
)


@dataclass(frozen=True, slots=True)
class PageState:
    """The signer's page: the hash of the content, since when it stood, and the statement."""

    content_hash: str
    stood_at: datetime
    statement: str

    @classmethod
    def of(cls, desk: Desk) -> "PageState":
        """The state that a page of that desk shows."""
        return cls(desk.content.content_hash, desk.at, _statement(desk, desk.at))


def sign(
    *,
    by: User,
    assessment: Assessment,
    seen: PageState,
    role: str,
    reservations: str = "",
    method: str = "password",
    named: str = "",
) -> SignOff:
    """Sign what ``seen`` names; from here nothing of the assessment changes.

    One transaction: snapshot, event, sign-off, end of the review and status. Refused
    with ``ValidationError`` (code ``MOVED``) when the assessment says something else
    by now, or the statement would; when something stands in the way of this signer; and
    when it is not in review; with ``PermissionDenied`` for someone who may sign here no more. ``method``
    says how the signer proved who they are just now; ``named`` is the name of their
    passkey, or the host of the provider that said so.
    """
    with writing():
        hold_right(by, assessment.organisation, Permission.SIGN)
        here = held(assessment.pk)
        review = review_of(here)
        desk = read_desk(here)
        if desk.content.content_hash != seen.content_hash:
            msg = "The assessment has changed since you opened this page. Look at it again."
            raise ValidationError(msg, code=MOVED)
        if _statement(desk, seen.stood_at) != seen.statement:
            raise ValidationError(REWORDED, code=MOVED)
        found = desk.points(by.pk)
        if left := [one.title for one in blocking(found)]:
            raise ValidationError(left)
        signoff = SignOff(
            assessment=here,
            revision=here.revision,
            snapshot=_kept(desk.content, here),
            stood_at=seen.stood_at,
            statement=seen.statement,
            reservations=reservations.strip(),
            role=role.strip(),
            signer=str(by),
            signed_by=by,
            signed_at=timezone.now(),
            method=method,
        )
        factor = {_NAMED[method]: named} if method in _NAMED and named else {}
        _sign(by, here, signoff, review, factor)
        # Outside of the database, too: nobody can take the signature back unseen.
        leave = partial(checkpoint_safely, here.organisation_id)
        transaction.on_commit(leave, robust=True)
    return signoff


def _statement(desk: Desk, stood_at: datetime) -> str:
    return statement(desk.content, timezone.localtime(stood_at), desk.rated)


def _kept(content: Content, here: Assessment) -> Snapshot:
    """The snapshot of that content; the same content is kept once, with its first rows."""
    kept = Snapshot.objects.filter(pk=content.content_hash).first()
    return kept or Snapshot.objects.create(
        content_hash=content.content_hash,
        text=content.as_json,
        rows=canonical(rows_of(here)),
    )


def _sign(
    by: User,
    here: Assessment,
    signoff: SignOff,
    review: Review,
    factor: dict[str, str],
) -> None:
    """The event, which the sign-off names, then everything that follows from it."""
    clean_typed(signoff, "role", "reservations")
    fields = {
        "status": AssessmentStatus.SIGNED.value,
        "content_hash": signoff.snapshot_id,
        "rows_hash": digest(signoff.snapshot.rows),
        "statement": signoff.statement,
        "reservations": signoff.reservations,
        "role": signoff.role,
        "signer": signoff.signer,
        "stood_at": signoff.stood_at.isoformat(),
        "signed_at": signoff.signed_at.isoformat(),
        "method": signoff.method,
    } | factor
    before = {"status": here.status}
    review.ended, review.ended_at = ReviewEnd.SIGNED, signoff.signed_at
    review.ended_by = by
    review.save(update_fields=["ended", "ended_at", "ended_by"])
    here.status = AssessmentStatus.SIGNED
    # The sign-off needs the hash of its event, and the status the sign-off.
    rows.announce(here, "status")
    event = record(by, here, ASSESSMENT_SIGNED, before, fields)
    trail.write_waiting()
    signoff.trail_seq, signoff.trail_hash = event.seq, event.hash
    signoff.save(force_insert=True)
    here.save(update_fields=["status"])
