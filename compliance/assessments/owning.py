"""The questions and actions that a member owns, in words for who takes the member out."""

from typing import Any

from django.db.models import Count

from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.models import Answer
from compliance.organisations.models import Membership


def of_member(sender: Any, *, membership: Membership, **_: Any) -> list[str]:
    """Questions of running assessments and open actions: two queries."""
    organisation = membership.organisation
    found = Answer.objects.filter(
        owner=membership.user_id,
        applies=True,
        archived_at=None,
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.RUNNING,
    ).aggregate(count=Count("pk"), places=Count("assessment", distinct=True))
    tasks = organisation.actions.open().filter(owner=membership.user_id).count()
    questions = f"{_many(found['count'], 'question')} in {_many(found['places'], 'running assessment')}"
    return ([questions] if found["count"] else []) + (
        [_many(tasks, "open action")] if tasks else []
    )


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
