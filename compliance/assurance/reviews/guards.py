"""Signed content is frozen, and reviewed content stays as it was read."""

from compliance.assurance.reviews.models import Check, Reopening, Review, SignOff
from compliance.content.evidence.models import Evidence
from compliance.ground.web.triggers import ALWAYS, guard, same
from compliance.proof.audit.guards import unless_deleted
from compliance.work.assessments.models import (
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
    Ground,
    Proposal,
)
from compliance.work.edition_moves.models import Upgrade
from compliance.work.snapshots.models import Snapshot

SAID = "a signed assessment is never changed"
KEPT = "what was signed or reviewed is never changed"
_OF_ASSESSMENT = (
    "EXISTS (SELECT 1 FROM compliance_assessment a WHERE a.status = 'signed' AND a.id = {}.assessment_id)"
)
_OF_ANSWER = (
    "EXISTS (SELECT 1 FROM compliance_answer w JOIN compliance_assessment a"
    " ON a.id = w.assessment_id WHERE a.status = 'signed' AND w.id = {}.answer_id)"
)
_OF_PROPOSAL = (
    "EXISTS (SELECT 1 FROM compliance_proposal p"
    " JOIN compliance_answer w ON w.id = p.answer_id"
    " JOIN compliance_assessment a ON a.id = w.assessment_id"
    " WHERE a.status = 'signed' AND p.id = {}.proposal_id)"
)
_USED = (
    "EXISTS (SELECT 1 FROM compliance_attachment t"
    " JOIN compliance_answer w ON w.id = t.answer_id"
    " JOIN compliance_assessment a ON a.id = w.assessment_id"
    " WHERE a.status = 'signed' AND t.evidence_id = OLD.id)"
)
_APPROVED = (
    "EXISTS (SELECT 1 FROM compliance_reopening o WHERE o.assessment_id = OLD.id"
    " AND o.revision = OLD.revision AND o.decision = 'approved')"
)
_HAS_SIGNOFF = (
    "EXISTS (SELECT 1 FROM compliance_signoff s WHERE s.assessment_id = OLD.id AND s.revision = OLD.revision)"
)
_IN_REVIEW = (
    "EXISTS (SELECT 1 FROM compliance_assessment a WHERE a.id = NEW.assessment_id"
    " AND a.status = 'review' AND a.revision = NEW.revision)"
)
_FILE = ("id", "organisation", "sha256", "size_bytes", "file_name", "url")
_LASTS = (
    "NOT EXISTS (SELECT 1 FROM compliance_deletion) OR"
    " EXISTS (SELECT 1 FROM compliance_signoff s WHERE s.snapshot_id = OLD.content_hash)"
)
"""A snapshot may be that of several organisations: it goes with the last that signed it."""
_OPENED = (
    "NEW.status = 'running' AND NEW.revision = OLD.revision + 1"
    f" AND {same(Assessment, but=['status', 'revision'])} AND {_APPROVED}"
)
"""Signed only from review with a sign-off; opened only as the next revision."""

for _model, _signed in {
    Answer: _OF_ASSESSMENT,
    Upgrade: _OF_ASSESSMENT,
    Attachment: _OF_ANSWER,
    Comment: _OF_ANSWER,
    Proposal: _OF_ANSWER,
    Ground: _OF_PROPOSAL,
    ActionLink: _OF_ANSWER,
}.items():
    _old, _new = _signed.format("OLD"), _signed.format("NEW")
    guard(
        _model,
        said=SAID,
        insert=_new,
        update=f"{_old} OR {_new}",
        delete=unless_deleted(_model, frozen=_old),
    )

guard(
    Evidence,
    said=SAID,
    update=f"NOT ({same(Evidence, *_FILE)}) AND {_USED}",
    delete=unless_deleted(Evidence, frozen=_USED),
)
guard(
    Assessment,
    said=SAID,
    insert="NEW.status = 'signed'",
    update=f"(OLD.status = 'signed' AND NOT ({_OPENED}))"
    " OR (OLD.status <> 'signed' AND NEW.revision <> OLD.revision)"
    " OR (OLD.status <> 'signed' AND NEW.status = 'signed'"
    f" AND NOT (OLD.status = 'review' AND {_HAS_SIGNOFF}))",
    delete=unless_deleted(Assessment, frozen="OLD.status = 'signed'"),
)
guard(Snapshot, said=KEPT, update=ALWAYS, delete=_LASTS)
guard(Check, said=KEPT, update=ALWAYS, delete=unless_deleted(Check))
guard(
    SignOff,
    said=KEPT,
    insert=f"NOT {_IN_REVIEW}",
    update=ALWAYS,
    delete=unless_deleted(SignOff, "assessment__organisation_id"),
)
guard(Review, said=KEPT, update="OLD.ended <> ''", delete=unless_deleted(Review))
guard(
    Reopening,
    said=KEPT,
    update="OLD.decision <> ''",
    delete=unless_deleted(Reopening),
)
