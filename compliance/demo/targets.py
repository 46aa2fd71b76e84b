"""The demo organisation's targets, for one assessment or for all of a checklist."""

from collections.abc import Mapping
from typing import Any

from compliance.assessments.models import Assessment
from compliance.checklists.scales import scales_of
from compliance.organisations.models import User
from compliance.results import actions
from compliance.results.choices import Reach


def set_targets(
    people: Mapping[str, User], assessment: Assessment, told: Mapping[str, Any]
) -> None:
    """Set the levels that a demo file tells, on one scale of the edition."""
    scales = {scale.key: scale for scale in scales_of(assessment.edition.scales)}
    actions.set_targets(
        by=people[told["by"]],
        assessment=assessment,
        scale=scales[told["scale"]],
        levels=told["levels"],
        holds_by=told.get("holds_by"),
        reach=Reach(told["reach"]),
        base="",
    )
