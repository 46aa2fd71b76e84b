"""The crosswalk: what questions of different checklists have to do with each other."""

from django.db import models
from django.db.models import F, Q

from compliance.content.checklists.models.checklist import Checklist
from compliance.proof.audit.columns import Proven

SAME_DUTY = frozenset({"overlap", "equal"})
"""Kinds of relation between two questions about one duty: an answer to one may serve the
other. Any other kind says how two duties touch, and a verdict on one is none on the other."""
PROVES = frozenset({"supports"})
"""Kinds of relation where the question at b helps to prove the one at a."""


class Relation(models.Model):
    """A pair of questions, by their stable keys; ``code`` is its name in the seeds.

    ``words`` say at question a what b is to it, ``back`` the same at question b.
    ``relation`` is a kind of ``crosswalk.yaml``, or of a library that came from elsewhere.
    """

    code = models.CharField(max_length=20, unique=True)
    a_checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="+")
    a_key = models.CharField(max_length=20)
    b_checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="+")
    b_key = models.CharField(max_length=20)
    relation = models.SlugField(max_length=40, db_index=False)
    words = models.CharField(max_length=120)
    back = models.CharField(max_length=120)
    reason = models.TextField()

    in_trail = Proven("")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["a_checklist", "a_key", "b_checklist", "b_key"],
                name="relation_once",
            ),
            models.CheckConstraint(
                condition=~Q(a_checklist=F("b_checklist")),
                name="relation_between_checklists",
                violation_error_message="A relation joins two different checklists.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.a} {self.relation} {self.b}"

    @property
    def a(self) -> str:
        """Checklist and question of one end, in a word."""
        return f"{self.a_checklist.key} {self.a_key}"

    @property
    def b(self) -> str:
        """Checklist and question of the other end, in a word."""
        return f"{self.b_checklist.key} {self.b_key}"

    @property
    def is_same_duty(self) -> bool:
        """Whether an answer to one question may serve the other."""
        return self.relation in SAME_DUTY

    @property
    def ends(self) -> frozenset[tuple[int, str]]:
        """Both ends, whichever stands first."""
        return frozenset({(self.a_checklist_id, self.a_key), (self.b_checklist_id, self.b_key)})
