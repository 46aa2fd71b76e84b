"""The questions and actions that a member owns, in words, for the page that removes a member."""

from typing import Any

from django.db.models import Count

from compliance.ground.web.text import counted
from compliance.identity.organisations.models import Membership
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer


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
    owned = []
    if count := found["count"]:
        places = counted(found["places"], "running assessment")
        owned.append(f"{counted(count, 'question')} in {places}")
    if tasks:
        owned.append(counted(tasks, "open action"))
    return owned
