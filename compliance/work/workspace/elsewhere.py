"""Related questions of other checklists, with what the organisation answered there."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from compliance.content.checklists.force import rates
from compliance.content.checklists.models import Question
from compliance.content.checklists.rating import counted_as
from compliance.content.checklists.related import Related, as_asked_before, related
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.workspace.taking import can_be_lent, can_be_taken


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The organisation's answer to a question, in one of its running assessments."""

    id: int
    verdict: str
    rates: bool
    applies: bool
    assessment_id: UUID
    subject: str

    @property
    def counted(self) -> str:
        """The verdict as counts and colours take it."""
        return counted_as(self.verdict, rates=self.rates)

    @property
    def can_be_taken(self) -> bool:
        """Whether it says anything that a related question could take over."""
        return can_be_taken(self.applies, self.verdict)

    @property
    def can_be_lent(self) -> bool:
        """Whether it shows something that may help to prove another duty."""
        return can_be_lent(self.applies, self.verdict)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A related question, its answer if there is one, and how many more there are."""

    related: Related
    answer: OwnAnswer | None
    more: int

    @property
    def can_lend(self) -> bool:
        """Whether note and evidence of the answer may be taken along."""
        own = self.answer
        return own is not None and self.related.is_proof and own.can_be_lent


def elsewhere(assessment: Assessment, key: str) -> list[Elsewhere]:
    """Related questions of other checklists: three queries at most.

    Of several running assessments the one about the same subject counts, else the newest.
    """
    found = related(assessment.edition.checklist, key)
    if not found:
        return []
    own = _answers(assessment.organisation_id, found)
    return [_one(row, own[_end(row)], assessment.subject) for row in found]


def offers(assessment: Assessment, answer: Answer) -> list[Elsewhere]:
    """Those about the same duty whose answer can be taken over and has not been."""
    return [
        row
        for row in elsewhere(assessment, answer.question.key)
        if row.answer
        and row.related.is_same_duty
        and row.answer.can_be_taken
        and row.answer.id != answer.taken_from_id
    ]


def offer(assessment: Assessment, key: str, answer_id: int) -> Related | None:
    """How a question is related to the one that an answer elsewhere belongs to."""
    rows = elsewhere(assessment, key)
    found = (row for row in rows if row.answer and row.answer.id == answer_id)
    return next((row.related for row in found), None)


def _end(row: Related) -> tuple[int, str]:
    return row.checklist.pk, row.question.key


def _answers(organisation_id: UUID, found: list[Related]) -> defaultdict[tuple[int, str], list[OwnAnswer]]:
    """Those of a copy count where the copy asks as the original does or did."""
    wanted = {row.checklist.pk for row in found}
    copied = Question.objects.filter(
        pk=OuterRef("question"), edition__checklist__cloned_from__checklist__in=wanted
    )
    rows = (
        Answer.objects.filter(
            Q(assessment__edition__checklist__in=wanted) | Exists(as_asked_before(copied)),
            assessment__organisation=organisation_id,
            assessment__status=AssessmentStatus.RUNNING,
            question__key__in={row.question.key for row in found},
        )
        .annotate(rates=rates())
        .order_by("-assessment__started_at", "-assessment")
        .values_list(
            Coalesce(
                "assessment__edition__checklist__cloned_from__checklist",
                "assessment__edition__checklist",
            ),
            "question__key",
            "pk",
            "verdict",
            "rates",
            "applies",
            "assessment",
            "assessment__subject",
        )
    )
    own: defaultdict[tuple[int, str], list[OwnAnswer]] = defaultdict(list)
    for checklist, key, *columns in rows:
        own[checklist, key].append(OwnAnswer(*columns))
    return own


def _one(row: Related, answers: list[OwnAnswer], subject: str) -> Elsewhere:
    same = [answer for answer in answers if answer.subject == subject]
    answer = next(iter(same or answers), None)
    return Elsewhere(row, answer, max(len(answers) - 1, 0))
