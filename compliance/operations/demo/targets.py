"""The demo organisation's targets, for one assessment or for all of a checklist."""

from collections.abc import Mapping
from typing import Any

from compliance.content.checklists.scales import scales_of
from compliance.identity.organisations.models import User
from compliance.reporting.results import actions
from compliance.reporting.results.choices import Reach
from compliance.work.assessments.models import Assessment


def set_targets(people: Mapping[str, User], assessment: Assessment, entry: Mapping[str, Any]) -> None:
    """Set the levels of a demo file on one scale of the edition."""
    scales = {scale.key: scale for scale in scales_of(assessment.edition.scales)}
    actions.set_targets(
        by=people[entry["by"]],
        assessment=assessment,
        scale=scales[entry["scale"]],
        levels=entry["levels"],
        holds_by=entry.get("holds_by"),
        reach=Reach(entry["reach"]),
        base="",
    )
