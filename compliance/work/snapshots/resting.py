"""The assessment that another rests on, as part of its content.

While it is open that is what the other assessment says at the moment of reading. A signed state is read from the signed content, and an imported one as its bundle states it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.resting import once_keys
from compliance.work.assessments.stand_ins import StandIn, not_asked
from compliance.work.snapshots.content import Content, RestsOn, content_from
from compliance.work.snapshots.imported_facts import came_with
from compliance.work.workspace.standing_in import said_in, there


@dataclass(frozen=True)
class Elsewhere:
    """The assessment that another one rests on, and its answers by key of the question."""

    head: RestsOn
    answers: Mapping[str, StandIn]


def elsewhere(assessment: Assessment) -> Elsewhere | None:
    """The assessment that one from ``to_read`` rests on; None where it rests on nothing."""
    if (settled := settled_elsewhere(assessment)) or not assessment.rests:
        return settled
    other = assessment.rests_on
    if other is None:
        return elsewhere_from(came_with(assessment)["rests_on"])
    return Elsewhere(head_of(other), there(other, once_keys(assessment.edition)))


def settled_elsewhere(assessment: Assessment) -> Elsewhere | None:
    """The same as it was signed; None where nothing was."""
    if not assessment.rests or assessment.status != AssessmentStatus.SIGNED:
        return None
    row = assessment.signoffs.select_related("snapshot").get(revision=assessment.revision)
    content = content_from(row.snapshot.text)
    if content.rests_on is None:
        return None
    return Elsewhere(content.rests_on, {line.key: found for line, found in content.resting})


def moved_since(assessment: Assessment, content: Content) -> frozenset[str]:
    """Keys of questions to which the other assessment says something else by now.

    Only of what was signed: all else is read at the moment anyway.
    """
    other = assessment.rests_on
    if assessment.status != AssessmentStatus.SIGNED or other is None:
        return frozenset()
    now = there(other, [line.key for line, _ in content.resting])
    said = {line.key: found for line, found in content.resting}
    return frozenset(k for k, was in said.items() if now.get(k, not_asked()) != was)


def elsewhere_in(assessment: Assessment, other: Assessment, answers: Iterable[Answer]) -> Elsewhere:
    """The same of answers that are at hand, such as those of an earlier moment."""
    keys = set(once_keys(assessment.edition))
    asked = [one for one in answers if one.archived_at is None]
    said = said_in((one for one in asked if one.question.key in keys), Scope.of_assessment(other))
    return Elsewhere(head_of(other), said)


def head_of(other: Assessment) -> RestsOn:
    """An assessment as it is named, with the hash of its signature."""
    is_signed = other.status == AssessmentStatus.SIGNED
    rows = other.signoffs.filter(revision=other.revision)
    signed = rows.values_list("snapshot", flat=True).first() if is_signed else None
    return RestsOn(
        subject=other.subject,
        checklist=other.edition.checklist.title,
        edition=other.edition.number,
        period_from=other.period_from,
        period_to=other.period_to,
        revision=other.revision,
        status=str(other.status),
        content_hash=signed or "",
    )


def elsewhere_from(said: object) -> Elsewhere:
    """The statement of a bundle, as ``plain`` wrote it."""
    return _ELSEWHERE.validate_python(said)


def plain(found: Elsewhere) -> object:
    """The same as JSON takes it."""
    return _ELSEWHERE.dump_python(found, mode="json")


_ELSEWHERE = TypeAdapter(Elsewhere)
