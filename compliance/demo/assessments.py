"""The demo organisation's assessments, with comments, actions, targets, review and seat."""

from decimal import Decimal
from typing import Any

from compliance.assessments import actions
from compliance.assessments.models import Answer, Assessment
from compliance.checklists.models import Edition
from compliance.demo.answers import answer
from compliance.demo.cast import Cast
from compliance.demo.reviews import review
from compliance.demo.seats import seat
from compliance.demo.targets import set_targets
from compliance.discussion import actions as discussion
from compliance.remediation import actions as remediation
from compliance.remediation.waiting import wait_for

_NOW = {"earlier", "comments", "actions", "targets", "review", "seat"}
"""Parts that an earlier assessment does not share."""


def make(cast: Cast, told: dict[str, Any]) -> Assessment:
    """An assessment with its answers; an earlier one is made first, and archived."""
    assessment = _started(cast, told)
    answers = {a.question.key: a for a in assessment.answers.select_related("question")}
    for one in told["answers"]:
        answer(cast, assessment, answers, one)
    for one in told.get("comments", []):
        by = cast[one["by"]]
        discussion.comment(by=by, answer=answers[one["key"]], text=one["text"])
    _actions(cast, answers, told.get("actions", []))
    for one in told.get("targets", []):
        set_targets(cast.people, assessment, one)
    if "review" in told:
        review(cast.people, assessment, told["review"])
    if "seat" in told:
        seat(cast.people, assessment, answers, cast.proofs, told["seat"])
    return assessment


def _started(cast: Cast, told: dict[str, Any]) -> Assessment:
    by, earlier = cast[told["started_by"]], None
    if "earlier" in told:
        shared = {name: part for name, part in told.items() if name not in _NOW}
        earlier = make(cast, shared | told["earlier"])
        actions.archive(by=by, assessment=earlier)
    return actions.start(
        by=by,
        organisation=cast.organisation,
        edition=_edition(cast, told),
        also_retired="edition" in told,
        subject=told["subject"],
        period_from=told["period_from"],
        period_to=told["period_to"],
        due_on=told["due_on"],
        facts=told["facts"],
        earlier=earlier,
        rests_on=_bearer(cast, told),
    )


def _bearer(cast: Cast, told: dict[str, Any]) -> Assessment | None:
    """The running assessment that answers for this one, by its subject."""
    if "rests_on" not in told:
        return None
    running = cast.organisation.assessments.running()
    named = {"subject": told["rests_on"], "edition__checklist__key": told["checklist"]}
    return running.get(**named)


def _edition(cast: Cast, told: dict[str, Any]) -> Edition:
    """The edition that a demo file names, or the one that is published."""
    editions = Edition.objects.open_to(cast.organisation)
    editions = editions.filter(checklist__key=told["checklist"])
    if "edition" in told:
        return editions.get(number=told["edition"])
    return editions.published().get()


def _actions(
    cast: Cast, answers: dict[str, Answer], told: list[dict[str, Any]]
) -> None:
    """Actions of an assessment, then what waits for another one of them by its title."""
    numbers = {one["title"]: _action(cast, answers, one) for one in told}
    for one in told:
        if "after" in one:
            wait_for(
                by=cast[one["by"]],
                organisation=cast.organisation,
                number=numbers[one["title"]],
                other=numbers[one["after"]],
            )


def _action(cast: Cast, answers: dict[str, Answer], told: dict[str, Any]) -> int:
    """The number of an action, made open and then moved to where it stands."""
    names = ("title", "text", "due_on", "priority")
    fields: dict[str, Any] = {name: told[name] for name in names if name in told}
    if "effort_days" in told:
        fields["effort_days"] = Decimal(str(told["effort_days"]))
    if "owner" in told:
        fields["owner_id"] = cast[told["owner"]].pk
    action = remediation.create_action(
        by=cast[told["by"]],
        organisation=cast.organisation,
        fields=fields,
        answer_ids=[answers[key].pk for key in told["for"]],
    )
    if "status" in told:
        remediation.change_action(
            by=cast[str(told.get("closed_by") or told["owner"])],
            organisation=cast.organisation,
            number=action.number,
            changes={"status": told["status"]},
            base=action.version,
        )
    return action.number
