"""The demo organisation's answers: one by one, many at once, taken over."""

from typing import Any

from django.db.models import QuerySet

from compliance.identity.organisations.access import Permission
from compliance.identity.tokens.actions import make_token
from compliance.operations.demo.cast import Cast
from compliance.work.assessments import actions
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.proposals import actions as proposals
from compliance.work.workspace import actions as workspace


def answer(
    cast: Cast,
    assessment: Assessment,
    answers: dict[str, Answer],
    entry: dict[str, Any],
) -> None:
    """Give the answers of an entry of a file.

    That is one answer by its ``key``, ``values`` of many without more by theirs, or the
    same verdict or evidence for all ``keys``.
    """
    if "keys" in entry:
        _many(cast, assessment, answers, entry)
    for key, value in entry.get("values", {}).items():
        _one(cast, answers[key], {"by": entry["by"], "value": value})
    if "key" in entry:
        _one(cast, answers[entry["key"]], entry)


def _one(cast: Cast, row: Answer, entry: dict[str, Any]) -> None:
    names = ("verdict", "note", "reason", "due_on", "later_until")
    changes = {name: entry[name] for name in names if entry.get(name)}
    if "value" in entry:
        value = entry["value"]
        changes["value"] = value if isinstance(value, list) else [str(value)]
    if "owner" in entry:
        changes["owner_id"] = cast[entry["owner"]].pk
    by = cast[str(entry.get("by") or entry["owner"])]
    here: dict[str, Any] = {
        "by": by,
        "organisation": cast.organisation,
        "assessment_id": row.assessment_id,
        "answer_id": row.pk,
    }
    saved = actions.save_answer(**here, changes=changes, base=0)
    if isinstance(saved, actions.Refused):
        raise TypeError(entry)
    if saved.answer.again and not saved.event:  # says the same as the year before
        workspace.confirm_again(**here, seen=Known(saved.answer.version))
    for key in entry.get("evidence", []):
        actions.attach(by=by, answer=row, evidence=cast.proofs[key])
    if "confirmed_by" in entry:
        row.refresh_from_db()
        actions.confirm_na(
            by=cast[entry["confirmed_by"]],
            organisation=cast.organisation,
            seen={row.pk: Known(row.version)},
        )


def _many(
    cast: Cast,
    assessment: Assessment,
    answers: dict[str, Answer],
    entry: dict[str, Any],
) -> None:
    """Raises ``ValueError`` with the keys of answers that did not take it."""
    done = set_many(
        by=cast[entry["by"]],
        organisation=cast.organisation,
        assessment_id=assessment.pk,
        targets={answers[key].pk: Known(0) for key in entry["keys"]},
        bulk=Bulk(
            {"verdict": entry["verdict"]} if "verdict" in entry else {},
            cast.proofs[entry["evidence"]] if "evidence" in entry else None,
        ),
    )
    if left := done.plan.not_applying + done.plan.stale + done.plan.from_value:
        raise ValueError(left)


def change(cast: Cast, entry: dict[str, Any]) -> None:
    """Change an answer of a running assessment, after all else was made."""
    row = _running(cast).get(question__key=entry["key"], assessment__subject=entry["in"])
    actions.save_answer(
        by=cast[entry["by"]],
        organisation=cast.organisation,
        assessment_id=row.assessment_id,
        answer_id=row.pk,
        changes={name: entry[name] for name in ("verdict", "note") if name in entry},
        base=row.version,
    )


def propose(cast: Cast, entry: dict[str, Any]) -> None:
    """Propose an answer as a program of a person would, with a token that nobody holds."""
    by = cast[entry["by"]]
    row = (
        _running(cast)
        .select_related("question")
        .get(question__key=entry["key"], assessment__subject=entry["in"])
    )
    token, _ = make_token(
        by=by,
        organisation=cast.organisation,
        name=entry["program"],
        scopes=[Permission.PROPOSE],
        days=365,
    )
    proposals.propose(
        by=by,
        token=token,
        assessment_id=row.assessment_id,
        answer_id=row.pk,
        edition_id=row.question.edition_id,
        version=row.version,
        changes=entry["set"],
        why=entry["why"],
        evidence=[cast.proofs[key] for key in entry["evidence"]],
    )


def _running(cast: Cast) -> QuerySet[Answer]:
    return Answer.objects.filter(
        assessment__organisation=cast.organisation,
        assessment__status=AssessmentStatus.RUNNING,
    )


def take(cast: Cast, entry: dict[str, Any]) -> None:
    """Take a related answer over; ``source_note`` is what its source says since."""
    by = cast[entry["by"]]
    running = _running(cast)
    target = running.get(question__key=entry["key"], assessment__subject=entry["in"])
    source = running.get(question__key=entry["from"], assessment__subject=entry["subject"])
    workspace.take_over(
        by=by,
        organisation=cast.organisation,
        assessment_id=target.assessment_id,
        answer_id=target.pk,
        seen=Known(target.version),
        source_id=source.pk,
        source_version=source.version,
    )
    if "source_note" in entry:
        actions.save_answer(
            by=by,
            organisation=cast.organisation,
            assessment_id=source.assessment_id,
            answer_id=source.pk,
            changes={"note": entry["source_note"]},
            base=source.version,
        )
