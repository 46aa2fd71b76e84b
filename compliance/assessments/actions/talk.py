"""Talking about an answer."""

from django.db import transaction

from compliance.assessments.models import Answer, Comment
from compliance.audit import trail
from compliance.organisations.models import User
from compliance.web.turns import in_turn


def comment(*, by: User, answer: Answer, text: str) -> Comment:
    """Say something about an answer. Raises ``ValidationError`` for bad text."""
    with in_turn(), transaction.atomic():
        said = Comment(answer=answer, author=by, text=text)
        said.full_clean()
        said.save()
        trail.record(
            by=by,
            organisation_id=answer.assessment.organisation_id,
            action="comment.written",
            subject=answer,
            scope_id=answer.assessment_id,
            after={"comment": said.pk, "text": text},
        )
    return said
