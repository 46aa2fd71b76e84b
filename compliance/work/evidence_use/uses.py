"""Where a piece of evidence is used, and where it may be used."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import Organisation, User
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.coverage import Period, covers, leaves_gap
from compliance.work.assessments.models import (
    Answer,
    AnswerQuerySet,
    Assessment,
    Attachment,
    read_marks,
)
from compliance.work.workspace.lines import proof_warning

_PERIODS = (
    "answer_id",
    "answer__assessment__period_from",
    "answer__assessment__period_to",
    "evidence_id",
    "evidence__covers_from",
    "evidence__covers_to",
)


@dataclass(frozen=True, slots=True)
class Use:
    """One answer that a piece of evidence stands behind; ``warning`` is for its period."""

    answer: Answer
    evidence: Evidence
    warning: str

    @property
    def url(self) -> str:
        """The row of the answer in its assessment."""
        return self.answer.get_absolute_url()


def uses_of(
    organisation: Organisation,
    evidence_ids: Collection[UUID],
    today: date,
    *,
    status: str = "",
    most: int | None = None,
) -> list[Use]:
    """The answers that use one of these pieces, running assessments first.

    Of assessments of one ``status`` only, when it is given, and at most ``most``.
    """
    rows = Attachment.objects.filter(evidence__in=evidence_ids, answer__assessment__organisation=organisation)
    if status:
        rows = rows.filter(answer__assessment__status=status)
    rows = rows.select_related(
        "evidence",
        "answer__question",
        "answer__assessment__organisation",
        "answer__assessment__edition__checklist",
    ).order_by(
        "-answer__assessment__status",
        "-answer__assessment__started_at",
        "answer__question__position",
        "pk",
    )
    found = list(rows[:most])
    read_marks([row.answer for row in found])
    return [Use(row.answer, row.evidence, _warning(row, today)) for row in found]


def with_gaps(organisation: Organisation, owner: User | None = None) -> set[UUID]:
    """Evidence that leaves a part of an audit period open behind an answer.

    Pieces that cover a part each may cover it together, as its row says. Only
    applicable answers of running assessments count, or of them those of ``owner``.
    """
    rows = Attachment.objects.filter(
        answer__applies=True,
        answer__archived_at=None,
        answer__assessment__organisation=organisation,
        answer__assessment__status=AssessmentStatus.RUNNING,
    )
    rows = rows.filter(answer__owner=owner) if owner else rows
    behind: dict[tuple[int, date, date], dict[UUID, Period]] = defaultdict(dict)
    for answer, start, end, evidence, *period in rows.values_list(*_PERIODS):
        behind[answer, start, end][evidence] = period[0], period[1]
    return {
        evidence
        for (_, start, end), periods in behind.items()
        if leaves_gap(periods.values(), start, end)
        for evidence, period in periods.items()
        if not covers(period, start, end)
    }


def choosable(assessment: Assessment, evidence: Evidence, query: str) -> AnswerQuerySet:
    """Answers that may use it, with ``is_used`` where one does already."""
    used = Attachment.objects.filter(answer=OuterRef("pk"), evidence=evidence)
    rows = assessment.answers.applying().with_force().select_related("question")
    if query:
        rows = rows.asking(query)
    return rows.annotate(is_used=Exists(used)).order_by("question__position")


def _warning(row: Attachment, today: date) -> str:
    assessment = row.answer.assessment
    return proof_warning(row.evidence, assessment, today) if assessment.is_open else ""
