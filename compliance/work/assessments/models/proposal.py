"""Proposals of programs for answers."""

from collections.abc import Mapping
from typing import Any, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from compliance.content.checklists.models import Question
from compliance.content.evidence.models import Evidence
from compliance.ground.web.text import validate_text
from compliance.identity.organisations.models import User
from compliance.identity.tokens.models import Token
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.answer_fields import Role, from_json
from compliance.work.assessments.choices import ProposalState
from compliance.work.assessments.models.answer import Answer

LONGEST_WHY = 2_000
"""Characters of the explanation of a proposal, and of the reason to set one aside."""
SHORT = (validate_text, MaxLengthValidator(LONGEST_WHY))


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals by where they stand."""

    def open(self) -> Self:
        return self.filter(state=ProposalState.OPEN)

    def of(self, person: User) -> Self:
        """Those by the tokens of a person, who prepared their answers by them."""
        return self.filter(token__user=person)

    def with_names(self) -> Self:
        """Everything that a row says of them, in two queries."""
        return self.select_related("token__user", "settled_by").prefetch_related(
            models.Prefetch("grounds", Ground.objects.select_related("evidence").order_by("pk"))
        )


class Proposal(models.Model):
    """An answer as a program would give it; no answer until a person saves it as theirs.

    ``fields`` maps columns of the answer to values as JSON, ``version`` is the answer that
    the program had read, ``question`` what was asked then: a move to another edition leads
    the answer on. A token has one open proposal for a question at most.
    """

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="proposals")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    token = models.ForeignKey(Token, models.PROTECT, related_name="proposals")
    version = models.PositiveIntegerField()
    fields = models.JSONField()
    why = models.TextField(blank=True, validators=SHORT)
    proposed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, choices=ProposalState.choices, default=ProposalState.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True, validators=SHORT)

    objects = ProposalQuerySet.as_manager()

    in_trail = Proven("answer__assessment__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "token"],
                condition=Q(state=ProposalState.OPEN),
                name="proposal_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, settled_at=None, settled_by=None)
                | ~Q(state=ProposalState.OPEN) & Q(settled_at__isnull=False, settled_by__isnull=False),
                name="proposal_settled_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.token_id} for {self.answer_id}"

    @property
    def said(self) -> Mapping[str, Any]:
        """The proposed values: column to value, as the answer holds it."""
        return from_json(self.fields, Role.TYPED)

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OPEN


class Ground(models.Model):
    """A piece of evidence on which a proposal rests."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="grounds")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="grounds")

    in_trail = Proven("proposal__answer__assessment__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "evidence"], name="ground_once"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} for {self.proposal_id}"
