"""What waits for one person: their answers and the evidence behind them, by date."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from compliance.assessments.choices import OPEN, AssessmentStatus, Verdict
from compliance.assessments.models import Answer
from compliance.evidence.models import Evidence
from compliance.organisations.models import Organisation, User

SOON = timedelta(days=30)
FAR = date.max


@dataclass(frozen=True, slots=True)
class Need:
    """One line of "Needs you": ``on`` is when it is due, if it is."""

    icon: str
    title: str
    detail: str
    url: str
    on: date | None
    is_pressing: bool


def needs(organisation: Organisation, user: User, today: date) -> list[Need]:
    """Everything that waits for a person, earliest first; two queries."""
    found = [_answer(answer, today) for answer in _answers(organisation, user)]
    found += [_evidence(one, today) for one in expiring(organisation, today, user)]
    return sorted(found, key=lambda need: (need.on or FAR, need.title))


def _answers(organisation: Organisation, user: User) -> QuerySet[Answer]:
    unsettled = Q(verdict__in=OPEN) | Q(
        due_on__isnull=False, verdict__in=[Verdict.PARTLY, Verdict.NOT_MET]
    )
    return (
        Answer.objects.filter(
            unsettled,
            owner=user,
            applies=True,
            assessment__organisation=organisation,
            assessment__status=AssessmentStatus.RUNNING,
        )
        .select_related("question", "assessment__edition__checklist")
        .select_related("assessment__organisation")
        .order_by("due_on", "question__position")
    )


def expiring(
    organisation: Organisation, today: date, owner: User | None = None
) -> QuerySet[Evidence]:
    """Evidence in use that has run out or does so within a month, soonest first.

    With ``answer_count``, the applicable answers of running assessments it stands
    behind; with ``owner``, only those of one person.
    """
    used = Q(
        attachments__answer__applies=True,
        attachments__answer__assessment__status=AssessmentStatus.RUNNING,
    )
    if owner:
        used &= Q(attachments__answer__owner=owner)
    return (
        organisation.evidence.filter(expires_on__lte=today + SOON)
        .annotate(answer_count=Count("attachments", filter=used))
        .filter(answer_count__gt=0)
        .select_related("organisation")
        .order_by("expires_on", "title")
    )


def _answer(answer: Answer, today: date) -> Need:
    assessment = answer.assessment
    return Need(
        icon="calendar-due" if answer.due_on else "clipboard-check",
        title=answer.question.title,
        detail=f"{answer.question.key} · {assessment}",
        url=f"{assessment.get_absolute_url()}?open={answer.pk}#answer-{answer.pk}",
        on=answer.due_on,
        is_pressing=answer.due_on is not None
        and answer.due_on <= today + timedelta(days=7),
    )


def _evidence(evidence: Any, today: date) -> Need:
    count: int = evidence.answer_count
    gone = evidence.expires_on is not None and evidence.expires_on < today
    return Need(
        icon="paperclip",
        title=f"{evidence.title} {'has run out' if gone else 'runs out'}",
        detail=f"Used in {count} of your answers"
        if count > 1
        else "In one answer of yours",
        url=evidence.get_absolute_url(),
        on=evidence.expires_on,
        is_pressing=evidence.expires_on is not None
        and evidence.expires_on <= today + timedelta(days=7),
    )
