"""Answers and what hangs on them."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Count, F, OuterRef, Q, StringAgg, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from compliance.content.checklists import force
from compliance.content.checklists.choices import QuestionKind
from compliance.content.checklists.models import Choice, Citation, Question
from compliance.content.checklists.rating import (
    Rating,
    Ratings,
    counted_as,
    rated,
    ratings_of,
)
from compliance.content.evidence.models import Evidence
from compliance.ground.web.spelling import having
from compliance.ground.web.text import validate_text
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.answer_fields import ANSWER_FIELDS
from compliance.work.assessments.choices import Again, ProposalState, Verdict
from compliance.work.assessments.models.assessment import Assessment
from compliance.work.assessments.scoring import BESIDE, DERIVED

TEXT = models.TextField()


def _text(query: models.QuerySet[Any, Any]) -> Coalesce:
    """A subquery of one text, "" where there is none."""
    return Coalesce(Subquery(query), Value(""), output_field=TEXT)


def _counted(related: Any, **wanted: Any) -> Coalesce:
    """A subquery that counts rows of an answer."""
    rows = related.rel.related_model.objects.filter(answer=OuterRef("pk"), **wanted)
    counts = rows.order_by().values("answer").annotate(count=Count("pk"))
    return Coalesce(Subquery(counts.values("count")), Value(0))


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers, joined for the row that shows them."""

    def applying(self) -> "AnswerQuerySet":
        return self.filter(applies=True)

    def asking(self, query: str) -> "AnswerQuerySet":
        """Answers whose question has that key, or the text in its key, title or wording."""
        return self.filter(
            Q(question__key__istartswith=query) | having(query, "question__title", "question__text")
        )

    def with_cites(self) -> "AnswerQuerySet":
        """Adds ``cites``: the provisions of the question in one text."""
        cites = (
            Citation.objects.filter(question=OuterRef("question_id"))
            .order_by()
            .values("question")
            .annotate(
                text=StringAgg(
                    "provision__cite",
                    delimiter=Value("; "),
                    order_by="position",
                    output_field=TEXT,
                )
            )
            .values("text")
        )
        return self.annotate(cites=_text(cites))

    def with_choices(self) -> "AnswerQuerySet":
        """Adds ``choice_lines``: a line "key=verdict=label" for each choice."""
        choices = (
            Choice.objects.filter(question=OuterRef("question_id"))
            .order_by()
            .values("question")
            .annotate(
                text=StringAgg(
                    Concat(
                        "key",
                        Value("="),
                        "verdict",
                        Value("="),
                        "label",
                        output_field=TEXT,
                    ),
                    delimiter=Value("\n"),
                    order_by="position",
                    output_field=TEXT,
                )
            )
            .values("text")
        )
        return self.annotate(choice_lines=_text(choices))

    def with_force(self) -> "AnswerQuerySet":
        """Adds ``force_place``, the place of the strongest force among its sources, and
        ``on_scale``.
        """
        rows = Citation.objects.filter(question=OuterRef("question_id")).order_by()
        places = rows.values("question").annotate(place=force.ranked("provision__instrument__force"))
        return self.annotate(force_place=Subquery(places.values("place")), on_scale=force.on_scale())

    def with_law(self) -> "AnswerQuerySet":
        """Adds ``law_moved``: under its question, since the edition was published."""
        moved = Citation.objects.filter(
            question=OuterRef("question"),
            provision__changed_at__gt=OuterRef("assessment__edition__published_at"),
        )
        return self.annotate(law_moved=models.Exists(moved.order_by()))

    def with_talk(self) -> "AnswerQuerySet":
        """Adds ``comment_count``, ``action_count`` and ``proposal_count``: the open ones."""
        comments = _counted(self.model.comments, resolved_at=None)
        actions = _counted(self.model.action_links, action__closed_at=None)
        proposals = _counted(self.model.proposals, state=ProposalState.OPEN)
        return self.annotate(comment_count=comments, action_count=actions, proposal_count=proposals)

    def for_page(self) -> "AnswerQuerySet":
        """Everything a row shows, in three queries whatever the number of rows."""
        return self.for_row().prefetch_related("question__choices")

    def for_row(self) -> "AnswerQuerySet":
        """The same, but for the choices, which only some questions have: two queries."""
        return (
            self.select_related(
                "question__section",
                "owner",
                "answered_by",
                "changed_by",
                "na_by",
                "na_confirmed_by",
                "taken_from__question__edition__checklist",
            )
            .defer("taken_from__question__edition__extra")
            .annotate(asked_of=F("asked__invitation__email"))
            .with_cites()
            .with_force()
            .with_talk()
            .prefetch_related(
                models.Prefetch(
                    "attachments",
                    Attachment.objects.select_related("evidence").order_by("pk"),
                ),
            )
            .order_by("question__position")
        )


EveryAnswer = models.Manager.from_queryset(AnswerQuerySet)


class AskedAnswers(EveryAnswer):
    """Answers whose question is still asked."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(archived_at=None)


@cache
def _one_by_one() -> AnswerQuerySet:
    """The joins of ``Answer.rows_of``, put together once: that costs what reading does."""
    return (
        Answer.objects.for_row()
        .with_law()
        .select_related("assessment__edition__checklist")
        .defer("assessment__edition__extra")
    )


class Answer(models.Model):
    """The answer to one question of one assessment; there from the start.

    ``applies`` and ``binds_from`` follow from the facts and are kept here so that
    lists and counts need no rule. ``version`` counts changes. ``value`` is a number
    (as text), an ISO date, a text, a choice key or a list of them, by the kind of
    the question.

    ``na_by`` is the person who said "not applicable", until a second person has
    confirmed it; a choice that means so needs none. ``again`` says why the answer has
    to be looked at again. ``taken_from`` is the related answer that this one was taken
    over from, at ``taken_at``, in its version ``taken_version``.

    ``answered_by`` gave verdict, value, note, reason or evidence last, at ``answered_at``;
    nobody answered what is unanswered. ``changed_by`` changed any field last, an owner or
    a due date, too.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    applies = models.BooleanField(default=True)
    binds_from = models.DateField(null=True)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, default=Verdict.UNANSWERED)
    value = models.JSONField(null=True)
    note = models.TextField(blank=True, validators=[validate_text])
    reason = models.TextField(blank=True, validators=[validate_text])
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="owned_answers")
    due_on = models.DateField(null=True)
    later_until = models.DateField(null=True)
    na_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    na_confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    na_confirmed_at = models.DateTimeField(null=True)
    again = models.CharField(max_length=20, choices=Again.choices, blank=True)
    taken_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="taken_by")
    taken_version = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)

    objects = AskedAnswers()
    everything = EveryAnswer()

    choice_lines: str
    known_ratings: Ratings | None = None
    """Those of ``ratings`` that were read with the row."""
    cites: str
    force_place: int | None
    on_scale: bool
    known_rates: bool | None = None
    """Whether it rates and finds no breach, where that was read beside the row."""
    comment_count: int
    action_count: int
    proposal_count: int
    law_moved: bool
    asked_of: str | None
    """The address of someone invited, of whom it is asked."""

    in_trail = Proven(
        "assessment__organisation_id",
        labels={field.column: field.label for field in ANSWER_FIELDS},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question"], name="answer_once"),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.NA) | ~Q(reason=""),
                name="answer_na_has_reason",
                violation_error_message="Give a reason why it does not apply.",
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.LATER, later_until__isnull=False)
                | ~Q(verdict=Verdict.LATER) & Q(later_until=None),
                name="answer_later_has_day",
                violation_error_message="Say until which day it waits.",
            ),
            models.CheckConstraint(
                condition=Q(na_by=None) | Q(verdict=Verdict.NA),
                name="answer_na_by_only_with_na",
            ),
            models.CheckConstraint(
                condition=Q(na_confirmed_by=None, na_confirmed_at=None)
                | Q(na_confirmed_by__isnull=False, na_confirmed_at__isnull=False)
                & Q(na_by__isnull=False)
                & ~Q(na_confirmed_by=F("na_by")),
                name="answer_na_by_two",
                violation_error_message="A second person confirms “not applicable”.",
            ),
            models.CheckConstraint(
                condition=Q(taken_from=None, taken_version=None, taken_at=None)
                | Q(
                    taken_from__isnull=False,
                    taken_version__isnull=False,
                    taken_at__isnull=False,
                ),
                name="answer_taken_whole",
            ),
            models.CheckConstraint(
                condition=Q(changed_at=None, changed_by=None)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
                name="answer_changed_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(verdict=Verdict.UNANSWERED),
                name="answer_answered_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="answer_owner_due"),
            models.Index(  # all that ``counts.py`` reads, so that it reads no row
                fields=[
                    "assessment",
                    "archived_at",
                    "applies",
                    "verdict",
                    "binds_from",
                    "again",
                    "na_by",
                    "na_confirmed_by",
                ],
                name="answer_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.key}: {self.get_verdict_display()}"

    def get_absolute_url(self) -> str:
        return self.assessment.answer_url(self.pk)

    @classmethod
    def keys_of(cls, ids: Iterable[int]) -> models.QuerySet[Any, tuple[int, str]]:
        """Answer id and question key, for showing events of the trail."""
        return cls.objects.filter(pk__in=ids).values_list("pk", "question__key")

    @classmethod
    def archived_of(cls, assessment: Assessment) -> AnswerQuerySet:
        """Answers that are asked no more and say something, joined for a page."""
        rows = cls.everything.filter(assessment=assessment).exclude(archived_at=None)
        blank = Q(verdict=Verdict.UNANSWERED, note="", value__isnull=True)
        used = rows.exclude(blank & Q(comments=None) & Q(attachments=None))
        return used.for_page().order_by("archived_at", "question__position").distinct()

    @classmethod
    def rows_of(cls, organisation: Organisation, assessment_id: UUID) -> AnswerQuerySet:
        """Answers of one of its assessments, joined with it to be shown one by one."""
        return _one_by_one().filter(assessment=assessment_id, assessment__organisation=organisation)

    @property
    def is_kept(self) -> bool:
        """Whether it is archived and has something to read; see ``archived_of``."""
        says = self.verdict != Verdict.UNANSWERED or self.note or self.value is not None
        hangs = self.comments.all() or self.attachments.all()
        return self.archived_at is not None and bool(says or hangs)

    @property
    def ratings(self) -> Ratings:
        """The framework's rating of each choice."""
        if self.question.kind not in {QuestionKind.CHOICE, QuestionKind.STAGE}:
            return {}  # several at once have no rating
        if self.known_ratings is not None:
            return self.known_ratings
        choices = self.question.choices.all()
        return ratings_of((c.key, c.label, c.rating) for c in choices)

    @property
    def rating(self) -> Rating | None:
        """The framework's rating of the choice that is the answer."""
        return None if self.verdict in BESIDE else rated(self.ratings, self.value)

    @property
    def mark(self) -> force.Mark:
        """How far its question binds; a query, unless it was read ``with_force``."""
        if "force_place" not in self.__dict__:
            read_marks([self])
        place = force.at(self.force_place)
        return force.Mark(place, self.question.yardstick, self.on_scale)

    @property
    def counted(self) -> str:
        """The verdict as counts and colours take it."""
        rates = self.known_rates
        if rates is None:
            rates = self.mark.is_rating
        return counted_as(self.verdict, rates=rates)

    @property
    def kind_is_derived(self) -> bool:
        """Whether the verdict follows from the value."""
        return self.question.kind in DERIVED

    @property
    def source_moved(self) -> bool:
        """Whether the answer it was taken over from has changed since."""
        source = self.taken_from
        return source is not None and source.version != self.taken_version

    @property
    def is_changed_since(self) -> bool:
        """Whether something else than the answer was changed after it was given."""
        at = self.answered_at
        return self.changed_at is not None and (at is None or self.changed_at > at)

    @property
    def na_waits(self) -> bool:
        """Whether "not applicable" still waits for a second person."""
        return self.na_by_id is not None and self.na_confirmed_by_id is None


def read_marks(answers: Collection[Answer]) -> None:
    """Read how far the questions of some answers bind: one query for all of them."""
    rows = Answer.everything.filter(pk__in={answer.pk for answer in answers})
    found = {row.pk: row for row in rows.with_force().only("pk")}
    for answer in answers:
        answer.force_place = found[answer.pk].force_place
        answer.on_scale = found[answer.pk].on_scale


class Attachment(models.Model):
    """A piece of evidence used in an answer."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="attachments")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="attachments")
    attached_at = models.DateTimeField(auto_now_add=True)

    in_trail = Proven("answer__assessment__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "evidence"],
                name="attachment_once",
                violation_error_message="This evidence is attached already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} in {self.answer_id}"
