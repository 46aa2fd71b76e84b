"""Control frameworks by identifier, and the questions whose answers help to show a clause."""

from django.db import models

from compliance.content.checklists.models.checklist import Checklist
from compliance.proof.audit.columns import Proven


class Framework(models.Model):
    """A standard, law or framework whose clauses are known by identifier alone."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    note = models.TextField()
    position = models.PositiveIntegerField()

    in_trail = Proven("")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Clause(models.Model):
    """One clause; ``before`` is its identifier in the edition before, where it had one."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="clauses")
    identifier = models.CharField(max_length=40)
    before = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField()

    in_trail = Proven("")

    class Meta:
        ordering = ["framework__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "identifier"], name="clause_once"),
        ]

    def __str__(self) -> str:
        return self.identifier

    @property
    def name(self) -> str:
        """The clause in addresses: "iso-27001:A.5.9"."""
        return f"{self.framework.key}:{self.identifier}"


class Mapping(models.Model):
    """A question, by its stable key, whose answer helps to show a clause.

    ``is_full`` says that a met answer shows most of what the clause asks, else a part.
    """

    clause = models.ForeignKey(Clause, models.CASCADE, related_name="mappings")
    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="+")
    key = models.CharField(max_length=20)
    is_full = models.BooleanField()

    in_trail = Proven("")

    class Meta:
        ordering = ["clause__framework__position", "clause__position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["clause", "checklist", "key"], name="mapping_once"),
        ]
        indexes = [models.Index(fields=["checklist", "key"], name="mapping_of_question")]

    def __str__(self) -> str:
        return f"{self.clause} by {self.key}"
