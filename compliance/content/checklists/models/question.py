"""The tree of an edition: sections, questions, choices; and the facts beside it."""

from django.db import models
from django.db.models import Q

from compliance.content.applicability.choices import FactKind
from compliance.content.checklists.choices import Level, QuestionKind, Verdict
from compliance.content.checklists.models.checklist import Edition
from compliance.proof.audit.columns import Proven


class Section(models.Model):
    """A group of questions with one heading.

    ``level`` says whether one assessment can answer it for others (``Level``).
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    level = models.CharField(max_length=20, choices=Level.choices, blank=True, default=Level.EACH)
    position = models.PositiveIntegerField()
    translations = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=0)

    in_trail = Proven("edition__checklist__organisation_id")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="section_key_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """One duty, asked so that evidence can answer it.

    ``key`` survives from edition to edition. ``source`` is what an imported file calls it
    for good, such as a URN; editions are matched by it first (``identity.py``). ``rule`` is a rule of ``rules.py``;
    ``binds`` lists role keys; ``applies_from`` lists ``{"date", "when"}``, and so does
    ``applies_until``, or is None. A ``yardstick`` is a measure that no law sets. ``extra`` keeps
    what an imported file said of it and no field holds, ``translations`` its texts in
    other languages (``translations.py``), as with sections and facts.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="questions")
    section = models.ForeignKey(Section, models.CASCADE, related_name="questions")
    key = models.CharField(max_length=20)
    source = models.CharField(max_length=300, blank=True, default="")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=60)
    text = models.TextField()
    kind = models.CharField(max_length=20, choices=QuestionKind.choices)
    weight = models.PositiveSmallIntegerField()
    binds = models.JSONField(default=list)
    rule = models.JSONField(null=True)
    applies_from = models.JSONField(default=list)
    applies_until = models.JSONField(null=True)
    yardstick = models.BooleanField(default=False)
    number = models.JSONField(null=True)
    good = models.JSONField(default=list)
    how_to_check = models.TextField(blank=True)
    when_partly = models.TextField(blank=True)
    common_mistake = models.TextField(blank=True)
    evidence_hints = models.JSONField(default=list)
    remedy = models.TextField(blank=True)
    background = models.TextField(blank=True, default="")
    related = models.JSONField(default=list)
    extra = models.JSONField(null=True)
    translations = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=0)

    in_trail = Proven("edition__checklist__organisation_id")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="question_key_once"),
            models.UniqueConstraint(
                fields=["edition", "source"],
                condition=~Q(source=""),
                name="question_source_once",
            ),
            models.CheckConstraint(condition=Q(weight__range=(1, 5)), name="question_weight_range"),
        ]
        indexes = [
            models.Index(
                fields=["edition"],
                condition=Q(yardstick=True),
                name="question_yardsticks",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class Choice(models.Model):
    """One of the answers a question offers; a verdict may follow from it.

    ``rating`` is what a framework gives for it: ``{"level", "points"}`` and, where sources
    differ on the level, ``"contested"`` with a sentence and ``"higher"``: the lower counts.
    """

    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=200)
    help = models.TextField(blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    rating = models.JSONField(null=True)
    position = models.PositiveIntegerField()

    in_trail = Proven("question__edition__checklist__organisation_id")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["question", "key"], name="choice_key_once"),
        ]

    def __str__(self) -> str:
        return self.label


class Fact(models.Model):
    """A question about the organisation or system that decides applicability.

    ``choices`` lists ``{"key", "label", "help"}``; empty for yes or no. ``implies`` says
    what else follows from it (``implied.py``), ``contested`` why the law is open to two
    readings where the fact is the reading that someone takes.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="facts")
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=60)
    text = models.TextField()
    help = models.TextField(blank=True)
    kind = models.CharField(max_length=20, choices=FactKind.choices)
    choices = models.JSONField(default=list)
    implies = models.JSONField(null=True)
    contested = models.TextField(blank=True, default="")
    position = models.PositiveIntegerField()
    translations = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=0)

    in_trail = Proven("edition__checklist__organisation_id")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="fact_key_once"),
        ]

    def __str__(self) -> str:
        return self.label
