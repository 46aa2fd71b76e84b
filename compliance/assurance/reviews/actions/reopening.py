"""Opening a signed assessment again: one asks with a reason, another decides."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.reviews.actions.holding import clean_typed, held, record
from compliance.assurance.reviews.choices import Decision
from compliance.assurance.reviews.events import (
    ASSESSMENT_REOPENED,
    REOPENING_ASKED,
    REOPENING_DECLINED,
)
from compliance.assurance.reviews.models import Reopening
from compliance.assurance.reviews.signatures import since_signed
from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.actions import hold_right
from compliance.identity.organisations.models import User
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import release_owners
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.imported_answers import is_own
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.snapshot import content_of


def ask_reopening(*, by: User, assessment: Assessment, reason: str) -> Reopening:
    """Ask to open a signed assessment; one request at a time, the same twice is one.

    Raises ``ValidationError`` without a reason and when it is not signed.
    """
    with writing():
        here = held(assessment.pk)
        if here.status != AssessmentStatus.SIGNED:
            msg = "This assessment is not signed: there is nothing to reopen."
            raise ValidationError(msg)
        if waits := Reopening.objects.filter(assessment=here, decision="").first():
            if (waits.asked_by_id, waits.reason) == (by.pk, reason.strip()):
                return waits
            msg = f"{waits.asked_by} has already asked. It waits for a second person."
            raise ValidationError(msg)
        asked = Reopening(
            assessment=here,
            revision=here.revision,
            reason=reason.strip(),
            asked_at=timezone.now(),
            asked_by=by,
        )
        clean_typed(asked, "reason")
        asked.save(force_insert=True)
        fields = {"said": asked.reason}
        record(by, here, REOPENING_ASKED, {}, fields)
    return asked


def decide_reopening(*, by: User, assessment: Assessment, decision: Decision) -> Reopening:
    """Open a signed assessment as its next revision, or leave it signed.

    The sign-off and its snapshot stay. The person who asked may only take it back.
    Raises ``ValidationError`` for one who approves their own request, and when none
    waits; ``PermissionDenied`` for one who may decide here no more.
    """
    with writing():
        hold_right(by, assessment.organisation, Permission.REOPEN)
        here = held(assessment.pk)
        asked = Reopening.objects.filter(assessment=here, decision="").first()
        if asked is None or here.status != AssessmentStatus.SIGNED:
            msg = "Nobody is asking to reopen this any longer."
            raise ValidationError(msg)
        if decision == Decision.APPROVED and is_own(by, asked.asked_by, here):
            msg = "You asked for it yourself. A second person approves it."
            raise ValidationError(msg)
        signed = here.signoffs.select_related("snapshot").get(revision=here.revision)
        asked.changed = [str(one) for one in since_signed(signed, content_of(here))]
        asked.decision, asked.decided_at = decision, timezone.now()
        asked.decided_by = by
        asked.save(update_fields=["decision", "decided_at", "decided_by", "changed"])
        if decision == Decision.DECLINED:
            fields = {"changed": asked.changed}
            record(by, here, REOPENING_DECLINED, {}, fields)
            return asked
        before = {"status": here.status, "revision": here.revision}
        here.status, here.revision = AssessmentStatus.RUNNING, here.revision + 1
        here.save(update_fields=["status", "revision"])
        fields = {
            "status": here.status,
            "said": asked.reason,
            "content_hash": signed.snapshot_id,
            "changed": asked.changed,
        }
        record(by, here, ASSESSMENT_REOPENED, before, fields)
        release_owners(by=by, assessment=here)
    return asked
