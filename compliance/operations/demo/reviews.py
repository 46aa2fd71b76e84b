"""The demo organisation's reviews: one that goes on, one that ended in a signature."""

from collections.abc import Mapping
from typing import Any

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.checks import seen_of
from compliance.assurance.reviews.choices import CheckResult
from compliance.assurance.reviews.queries import desk_of
from compliance.identity.organisations.models import User
from compliance.work.assessments.models import Assessment


def review(people: Mapping[str, User], assessment: Assessment, entry: Mapping[str, Any]) -> None:
    """Send an assessment, check some answers and, where the entry says so, sign it."""
    actions.send(by=people[entry["sent_by"]], assessment=assessment)
    desk = desk_of(assessment)
    lines = {line.key: line for line in desk.content.lines}
    for one in entry["checks"]:
        reason = one.get("returned", "")
        actions.check(
            by=people[one["by"]],
            assessment=assessment,
            answer_id=desk.answers[one["key"]],
            seen=seen_of(lines[one["key"]]),
            result=CheckResult.RETURNED if reason else CheckResult.ACCEPTED,
            reason=reason,
        )
    if "signed" in entry:
        actions.sign(
            by=people[entry["signed"]["by"]],
            assessment=assessment,
            seen=actions.PageState.of(desk),
            role=entry["signed"]["role"],
            reservations=entry["signed"]["reservations"],
        )
