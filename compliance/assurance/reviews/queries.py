"""Everything a review page shows, read at one moment in a constant number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import F
from django.utils import timezone

from compliance.assurance.reviews.checks import Checked, Checks, Preparers, last_of
from compliance.assurance.reviews.choices import CheckResult, Why
from compliance.assurance.reviews.models import Check, Review
from compliance.assurance.reviews.preparers import preparers_in
from compliance.assurance.reviews.readiness import Point, points
from compliance.assurance.reviews.sampling import Drawn, Sample, drawn, sample, samples
from compliance.content.checklists.force import rated_in
from compliance.work.assessments.choices import OPEN, AssessmentStatus
from compliance.work.assessments.imported_answers import Outside
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.changes import Changed, differences
from compliance.work.snapshots.content import Content, Line, content_from, in_groups
from compliance.work.snapshots.resting import moved_since
from compliance.work.snapshots.snapshot import content_of, one_moment, to_read


@dataclass(frozen=True)
class Desk:
    """An assessment as reviewers look at it; ``answers`` maps keys to ids.

    ``covered`` is what a signature covers: what was signed, or else what stands now;
    ``signed`` what was signed before that. ``people`` maps the ids of those who answered to their names.
    """

    assessment: Assessment
    content: Content
    covered: Content
    at: datetime
    checks: Checks
    preparers: Preparers
    people: Mapping[int, str]
    answers: Mapping[str, int]
    review: Review | None
    signed: Content | None
    outside: Outside
    moved_elsewhere: Sequence[str]
    """Keys of questions to which the assessment that this one rests on says something
    else by now than what was signed."""
    rated: frozenset[str]
    """Keys of the questions whose answers rate, and are no breach."""
    seed: str
    """The moment of the last review: it picks what is checked at random."""
    checked_percent: int
    """The share of questions that the organisation wants checked; 0 without a review."""

    def points(self, signer_id: int | None) -> list[Point]:
        """Everything to know before a signature of that person, what blocks first."""
        here = (self.content, self.today, self.checks, self.preparers)
        asked = self.checked_percent
        return points(*here, signer_id, rated=self.rated, checked_percent=asked)

    @property
    def from_outside(self) -> int:
        """How many of the answers that apply were imported."""
        ids = (self.answers[line.key] for line in self.content.applying)
        return sum(pk in self.outside.answers for pk in ids)

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @cached_property
    def samples(self) -> list[Sample]:
        return samples(self.covered, self.checks, self.signed)

    @cached_property
    def sampled(self) -> Sample:
        """The sample of the review, and how far that has come."""
        return sample(Why.NOT_MET, self.drawn.lines, self.checks)

    @cached_property
    def by_reason(self) -> list[Sample]:
        """All that carries risk, by reason, and how many of each are in the sample."""
        keys = self.drawn.keys
        return [replace(one, drawn=sum(line.key in keys for line in one.lines)) for one in self.samples]

    @cached_property
    def drawn(self) -> Drawn:
        return drawn(self.covered, self.samples, self.seed)

    @property
    def hash_groups(self) -> list[str]:
        """The hash of what the signature covers."""
        return in_groups(self.covered.content_hash)

    @property
    def now_groups(self) -> list[str]:
        """The hash of what stands now."""
        return in_groups(self.content.content_hash)

    @property
    def has_moved(self) -> bool:
        """Whether what stands now is not what the signature covers."""
        return self.content.content_hash != self.covered.content_hash

    @cached_property
    def since(self) -> list[Changed]:
        """Changes of a continuing revision since the last signature."""
        return differences(self.signed, self.content) if self.signed else []

    @property
    def answered(self) -> int:
        """How many of the questions that apply have a verdict."""
        return sum(line.verdict not in OPEN for line in self.content.applying)

    @property
    def tasks_open(self) -> int:
        return sum(task.is_open for task in self.covered.tasks)

    @property
    def tasks_closed(self) -> int:
        return len(self.covered.tasks) - self.tasks_open

    @cached_property
    def returned(self) -> list[str]:
        """Keys of what reviewers returned and nobody changed since."""
        looks = ((line, last_of(line, self.checks)) for line in self.content.lines)
        return [line.key for line, look in looks if look and look.result == CheckResult.RETURNED]

    def ruled_out_for(self, user_id: int) -> list[Line]:
        """Lines that do not apply, as a person may accept them who did not see to that."""
        looks = ((line, last_of(line, self.checks)) for line in self.content.not_applying)
        return [
            line
            for line, look in looks
            if user_id not in self.preparers.get(line.key, ()) and (look is None or look.by_id != user_id)
        ]

    def prepared(self, user_id: int) -> list[str]:
        """Keys of what a person answered, or ruled out by the facts."""
        return [line.key for line in self.content.lines if user_id in self.preparers.get(line.key, ())]


def desk_of(assessment: Assessment) -> Desk:
    """The desk of an assessment, as it stands now."""
    with one_moment():
        return read_desk(to_read(assessment.pk))


def read_desk(assessment: Assessment) -> Desk:
    """The same inside a moment, or a lock, of the caller; from ``to_read``."""
    rows = Answer.everything.filter(assessment=assessment)
    keys = dict(rows.values_list("pk", "question__key"))
    outside = Outside(assessment)
    preparers, people = preparers_in(assessment, keys, outside)
    content = content_of(assessment)
    last = assessment.signoffs.select_related("snapshot")[:2]
    signed = [content_from(one.snapshot.text) for one in last]
    is_signed = assessment.status == AssessmentStatus.SIGNED
    covered = signed.pop(0) if is_signed else content
    sent = _last_review(assessment)
    review = sent if sent and not sent.ended else None
    return Desk(
        assessment=assessment,
        content=content,
        covered=covered,
        at=timezone.now(),
        checks=_checks(assessment, keys, outside),
        preparers=preparers,
        people=people,
        answers={key: pk for pk, key in keys.items()},
        review=review,
        signed=signed[0] if signed else None,
        outside=outside,
        moved_elsewhere=sorted(moved_since(assessment, covered)),
        rated=rated_in(assessment.edition),
        seed=sent.sent_at.isoformat() if sent else "",
        checked_percent=(review and review.asked) or 0,
    )


def _last_review(assessment: Assessment) -> Any:
    """The newest review, with ``asked``: the share that the organisation wants checked."""
    policy = "assessment__organisation__own_policy__checked_percent"
    rows = assessment.reviews.select_related("sent_by").annotate(asked=F(policy))
    return rows.first()


def _checks(assessment: Assessment, keys: Mapping[int, str], outside: Outside) -> Checks:
    found: defaultdict[str, list[Checked]] = defaultdict(list)
    rows = Check.objects.filter(review__assessment=assessment).select_related("by")
    for row in rows.order_by("pk"):
        look = Checked(
            row.seen,
            row.result,
            row.reason,
            row.by_id,
            str(row.by),
            row.at,
            row.by_id not in outside.names,
        )
        found[keys[row.answer_id]].append(look)
    return found
