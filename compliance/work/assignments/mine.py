"""The page of one person: their questions, who asked, the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import F, Q

from compliance.identity.organisations.events import INVITATION_ACCEPTED
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import AssessmentStatus, Verdict
from compliance.work.assessments.events import ANSWER_REFUSED
from compliance.work.assessments.models import Answer, AnswerQuerySet, Assessment

MOST_SHOWN = 200
"""Questions listed on one page beside the one that is open."""
_NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


@dataclass(frozen=True, slots=True)
class Share:
    """The questions of one person in one assessment, soonest due first."""

    assessment: Assessment
    answers: Sequence[Answer]

    @property
    def waiting(self) -> list[Answer]:
        """Those that nobody has looked at yet."""
        return [a for a in self.answers if a.verdict == Verdict.UNANSWERED]

    @property
    def next_due(self) -> date | None:
        """When the next of those that wait is due, if any is."""
        return next((a.due_on for a in self.waiting if a.due_on), None)

    @property
    def counted(self) -> str:
        """ "Six questions"."""
        return counted(len(self.answers)).capitalize()

    @property
    def other_words(self) -> str:
        """ "The other five", for all but one of them."""
        return f"The other {_number(len(self.answers) - 1)}"

    def others(self, but: Answer | None) -> list[Answer]:
        """All but one; of very many, the next ones after it."""
        rest = [a for a in self.answers if but is None or a.pk != but.pk]
        if len(rest) <= MOST_SHOWN:
            return rest
        at = next((n for n, a in enumerate(self.answers) if a == but), 0)
        return [*rest[at:], *rest[:at]][:MOST_SHOWN]

    def find(self, answer_id: int | None) -> Answer | None:
        """The answer with that id, if it is one of the person's own."""
        return next((a for a in self.answers if a.pk == answer_id), None)

    def place_of(self, answer: Answer) -> int:
        """Where a question stands among the person's own, from 1."""
        return [a.pk for a in self.answers].index(answer.pk) + 1

    def after(self, answer_id: int | None) -> Answer | None:
        """The next that waits after one of them, from the top again at the end."""
        ids = [a.pk for a in self.answers]
        at = ids.index(answer_id) + 1 if answer_id in ids else 0
        turned = [*self.answers[at:], *self.answers[:at]]
        waiting = (a for a in turned if a.verdict == Verdict.UNANSWERED)
        return next((a for a in waiting if a.pk != answer_id), None)


def counted(count: int) -> str:
    """ "one question", "six questions", "40 questions"."""
    return f"{_number(count)} question{'' if count == 1 else 's'}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def share(assessment: Assessment, user: User) -> Share:
    """The questions of a person in one assessment, in one query."""
    return Share(assessment, list(_owned(user).filter(assessment=assessment)))


def shares(organisation: Organisation, user: User) -> list[Share]:
    """Those of every running assessment, the soonest due first, in one query."""
    rows = (
        _owned(user)
        .filter(
            assessment__organisation=organisation,
            assessment__status=AssessmentStatus.RUNNING,
        )
        .select_related("question", "assessment__edition__checklist")
        .select_related("assessment__organisation")
        .defer("assessment__edition__extra")
    )
    by_assessment = sorted(rows, key=lambda answer: str(answer.assessment_id))
    found = [
        Share(answers[0].assessment, answers)
        for _, group in groupby(by_assessment, key=lambda answer: answer.assessment_id)
        if (answers := list(group))
    ]
    return sorted(found, key=lambda s: (s.next_due or date.max, str(s.assessment)))


def asked_by(assessment: Assessment, user: User, answers: Sequence[Answer]) -> User:
    """The person who made someone the owner of these answers, last; else who started
    the assessment.
    """
    events = Event.objects.filter(
        Q(payload__contains=f'"owner_id":{user.pk},') | Q(payload__contains=f'"owner_id":{user.pk}}}'),
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        subject_label="answer",
        subject_id__in=[str(answer.pk) for answer in answers],
        actor__isnull=False,
    ).exclude(action=ANSWER_REFUSED)
    for event in events.select_related("actor").order_by("-seq")[:20]:
        if event.actor and trail.changes(event)[1].get("owner_id") == user.pk:
            return event.actor if event.actor != user else _inviter(event) or user
    return assessment.started_by


def _inviter(taken: Event) -> User | None:
    """The person who invited someone, for a question that waited until they joined.

    The event ``taken`` is part of their joining: it comes after the acceptance and before
    the rows that waited are deleted, and nobody else has an event between the two. A
    program may accept for them.
    """
    events = Event.objects.filter(organisation_id=taken.organisation_id).order_by("seq")
    own = events.filter(actor=taken.actor)
    came = events.filter(action=INVITATION_ACCEPTED, seq__lt=taken.seq).last()
    ended = own.filter(payload__contains='"gone":{"asked":', seq__gte=taken.seq).first()
    if came is None or ended is None or came.actor_id not in {None, taken.actor_id}:
        return None
    block = events.filter(seq__gt=came.seq, seq__lt=ended.seq)
    if block.exclude(actor=taken.actor).exists():
        return None
    return User.objects.filter(pk=trail.changes(came)[1]["invited_by_id"]).first()


def _owned(user: User) -> AnswerQuerySet:
    rows = Answer.objects.filter(owner=user, applies=True).select_related("question")
    return rows.with_force().order_by(F("due_on").asc(nulls_last=True), "question__position", "pk")
