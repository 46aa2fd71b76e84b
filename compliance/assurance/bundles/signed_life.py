"""Reviews and signatures of an assessment that is built again, in the order of its life.

The database lets nobody sign but from review, and opens what is signed only as the next
revision: so a bundle goes the same way again, with what was signed as it was stated there.
"""

from collections.abc import Sequence
from typing import Any

from compliance.assurance.bundles import layout
from compliance.assurance.bundles.process import Bundle
from compliance.assurance.bundles.values import fields_of
from compliance.assurance.reviews.models import Check, Reopening, Review, SignOff
from compliance.assurance.reviews.row_columns import CHECK, REOPENING, REVIEW, SIGNOFF
from compliance.identity.organisations.models import User
from compliance.proof.audit.rows import inserted
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.models import Snapshot


class Life:
    """The steps come in the order of the methods; answers between the first two."""

    def __init__(self, bundle: Bundle, assessment: Assessment, people: dict[str, User]) -> None:
        self.bundle, self.assessment, self.people = bundle, assessment, people
        self.rows = bundle.rows

    def reach_last_revision(self) -> None:
        """Sign and open again each revision but the last."""
        for revision in range(1, self.rows["assessment"]["revision"]):
            self._sign(revision)
            for said in self.rows["reopenings"]:
                if said["revision"] == revision:
                    self._reopen(said)
            self.assessment.revision = revision + 1
            self.assessment.status = AssessmentStatus.RUNNING
            self.assessment.save(update_fields=["status", "revision"])

    def add_reviews(self, answers: Sequence[Answer]) -> None:
        """Every time it was sent, with what reviewers said of its answers."""
        for said in self.rows["reviews"]:
            review = Review.objects.create(
                assessment=self.assessment,
                **fields_of(REVIEW, said, self.people),
            )
            inserted(
                Check.objects.bulk_create(
                    Check(
                        review=review,
                        answer=answers[one["answer"]],
                        **fields_of(CHECK, one, self.people),
                    )
                    for one in said["checks"]
                )
            )

    def end(self) -> None:
        """Give it the status it had; a signed one stands still from here on."""
        said = self.rows["assessment"]
        if said["status"] == AssessmentStatus.SIGNED:
            self._sign(said["revision"])
        else:
            self._go(said["status"])
        for one in self.rows["reopenings"]:
            if one["revision"] == said["revision"]:
                self._reopen(one)

    def _sign(self, revision: int) -> None:
        said = self.rows["signoffs"][revision - 1]
        self._go(AssessmentStatus.REVIEW)
        SignOff.objects.create(
            assessment=self.assessment,
            snapshot=self._snapshot(said["content_hash"]),
            **fields_of(SIGNOFF, said, self.people),
        )
        self._go(AssessmentStatus.SIGNED)

    def _snapshot(self, content_hash: str) -> Snapshot:
        kept = Snapshot.objects.filter(pk=content_hash).first()
        return kept or Snapshot.objects.create(
            content_hash=content_hash,
            text=self.bundle.text(layout.signed_content(content_hash)),
            rows=self.bundle.text(layout.signed_rows(content_hash)),
        )

    def _reopen(self, said: dict[str, Any]) -> None:
        Reopening.objects.create(assessment=self.assessment, **fields_of(REOPENING, said, self.people))

    def _go(self, status: str) -> None:
        if self.assessment.status != status:
            self.assessment.status = status
            self.assessment.save(update_fields=["status"])
