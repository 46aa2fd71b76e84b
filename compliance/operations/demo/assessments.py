"""The demo organisation's assessments, with comments, actions, targets, review and seat."""

from decimal import Decimal
from typing import Any

from compliance.content.checklists.models import Edition
from compliance.operations.demo.answers import answer
from compliance.operations.demo.cast import Cast
from compliance.operations.demo.reviews import review
from compliance.operations.demo.seats import seat
from compliance.operations.demo.targets import set_targets
from compliance.work.assessments import actions
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.discussion import actions as discussion
from compliance.work.remediation import actions as remediation
from compliance.work.remediation.waiting import wait_for

_NOW = {"earlier", "comments", "actions", "targets", "review", "seat"}
"""Parts that an earlier assessment does not share."""


def make(cast: Cast, entry: dict[str, Any]) -> Assessment:
    """An assessment with its answers; an earlier one is made first, and archived."""
    assessment = _started(cast, entry)
    answers = {a.question.key: a for a in assessment.answers.select_related("question")}
    for one in entry["answers"]:
        answer(cast, assessment, answers, one)
    for one in entry.get("comments", []):
        by = cast[one["by"]]
        discussion.comment(by=by, answer=answers[one["key"]], text=one["text"])
    _actions(cast, answers, entry.get("actions", []))
    for one in entry.get("targets", []):
        set_targets(cast.people, assessment, one)
    if "review" in entry:
        review(cast.people, assessment, entry["review"])
    if "seat" in entry:
        seat(cast.people, assessment, answers, cast.proofs, entry["seat"])
    return assessment


def _started(cast: Cast, entry: dict[str, Any]) -> Assessment:
    by, earlier = cast[entry["started_by"]], None
    if "earlier" in entry:
        shared = {name: part for name, part in entry.items() if name not in _NOW}
        earlier = make(cast, shared | entry["earlier"])
        actions.archive(by=by, assessment=earlier)
    return actions.start(
        by=by,
        organisation=cast.organisation,
        edition=_edition(cast, entry),
        also_retired="edition" in entry,
        subject=entry["subject"],
        period_from=entry["period_from"],
        period_to=entry["period_to"],
        due_on=entry["due_on"],
        facts=entry["facts"],
        earlier=earlier,
        rests_on=_bearer(cast, entry),
    )


def _bearer(cast: Cast, entry: dict[str, Any]) -> Assessment | None:
    """The running assessment that answers for this one, by its subject."""
    if "rests_on" not in entry:
        return None
    running = cast.organisation.assessments.running()
    named = {
        "subject": entry["rests_on"],
        "edition__checklist__key": entry["checklist"],
    }
    return running.get(**named)


def _edition(cast: Cast, entry: dict[str, Any]) -> Edition:
    """The edition that a demo file names, or the one that is published."""
    editions = Edition.objects.open_to(cast.organisation)
    editions = editions.filter(checklist__key=entry["checklist"])
    if "edition" in entry:
        return editions.get(number=entry["edition"])
    return editions.published().get()


def _actions(cast: Cast, answers: dict[str, Answer], entry: list[dict[str, Any]]) -> None:
    """Actions of an assessment, then what waits for another one of them by its title."""
    numbers = {one["title"]: _action(cast, answers, one) for one in entry}
    for one in entry:
        if "after" in one:
            wait_for(
                by=cast[one["by"]],
                organisation=cast.organisation,
                number=numbers[one["title"]],
                other=numbers[one["after"]],
            )


def _action(cast: Cast, answers: dict[str, Answer], entry: dict[str, Any]) -> int:
    """The number of an action, made open and then moved to where it stands."""
    names = ("title", "text", "due_on", "priority")
    fields: dict[str, Any] = {name: entry[name] for name in names if name in entry}
    if "effort_days" in entry:
        fields["effort_days"] = Decimal(str(entry["effort_days"]))
    if "owner" in entry:
        fields["owner_id"] = cast[entry["owner"]].pk
    action = remediation.create_action(
        by=cast[entry["by"]],
        organisation=cast.organisation,
        fields=fields,
        answer_ids=[answers[key].pk for key in entry["for"]],
    )
    if "status" in entry:
        remediation.change_action(
            by=cast[str(entry.get("closed_by") or entry["owner"])],
            organisation=cast.organisation,
            number=action.number,
            changes={"status": entry["status"]},
            base=action.version,
        )
    return action.number
