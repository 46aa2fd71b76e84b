"""Targets: the level wanted for each group of a scale; and figures that are kept."""

from django.db import models
from django.db.models import Q

from compliance.content.checklists.models import Checklist
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Derived, Proven
from compliance.work.assessments.models import Assessment


class TargetQuerySet(models.QuerySet["Target"]):
    """Targets with the assessments for which they hold."""

    def holding_for(self, assessment: Assessment) -> "TargetQuerySet":
        """Its own, and those of the organisation for its checklist, which come first."""
        own = Q(assessment=assessment)
        default = Q(
            assessment=None,
            organisation=assessment.organisation_id,
            checklist=assessment.edition.checklist_id,
        )
        return self.filter(own | default).defaults_first()

    def defaults_first(self) -> "TargetQuerySet":
        """Those of an organisation before those of an assessment, which count over them."""
        return self.order_by(models.F("assessment").asc(nulls_first=True))


class Target(models.Model):
    """A level wanted for one group of a scale, by number.

    Without ``assessment`` it holds for every assessment of the checklist that has none of
    its own. ``holds_by`` is the day by which it is to be reached.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="targets")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.CASCADE, null=True, related_name="targets")
    scale = models.SlugField(max_length=40)
    group = models.SlugField(max_length=40)
    level = models.PositiveSmallIntegerField()
    holds_by = models.DateField(null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = TargetQuerySet.as_manager()

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "checklist", "scale", "group"],
                condition=Q(assessment=None),
                name="target_default_once",
            ),
            models.UniqueConstraint(
                fields=["assessment", "scale", "group"],
                condition=Q(assessment__isnull=False),
                name="target_own_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale} {self.group}: {self.level}"

    def holds_for(self, assessment: Assessment) -> bool:
        """Whether it is one of ``holding_for``; the edition of the assessment is at hand."""
        if self.assessment_id is None:
            return self.checklist_id == assessment.edition.checklist_id
        return self.assessment_id == assessment.pk


class Summary(models.Model):
    """The figures of a result, kept so that no list has to count answers.

    They are right for the chain of the organisation up to ``seq`` and that of the library
    up to ``library_seq``, by the ``rules`` they were counted with, from the day
    ``counted_on`` until the day before ``holds_until``; ``figure_store`` trusts no others.
    """

    assessment = models.OneToOneField(Assessment, models.CASCADE, primary_key=True, related_name="summary")
    figures = models.TextField()
    rules = models.CharField(max_length=80)
    seq = models.PositiveBigIntegerField()
    library_seq = models.PositiveBigIntegerField()
    counted_on = models.DateField()
    holds_until = models.DateField(null=True)

    in_trail = Derived(
        "figures that follow from the answers",
        "compliance.reporting.results.figure_store.counted",
    )

    def __str__(self) -> str:
        return f"{self.assessment_id} up to {self.seq}"


class MonthEnd(models.Model):
    """The figures of an assessment at the end of a month, as its events left it.

    A month that is over never changes, so they are counted once by the same ``rules``, which
    name the sources that do not bind.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="month_ends")
    month = models.DateField()
    rules = models.CharField(max_length=80)
    figures = models.TextField()

    in_trail = Derived(
        "figures that follow from the events of past months",
        "compliance.reporting.results.trend.counted",
    )

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "month"], name="month_end_once"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} at the end of {self.month:%B %Y}"
