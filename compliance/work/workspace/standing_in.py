"""Another assessment's answers in the place of those that wait here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count
from pydantic import TypeAdapter

from compliance.content.checklists.choices import Level
from compliance.content.checklists.models import Question
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import AssessmentStatus, Verdict
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.resting import bears, once_keys
from compliance.work.assessments.scoring import Tally, tally
from compliance.work.assessments.stand_ins import NOT_APPLYING, StandIn, counted, not_asked
from compliance.work.workspace.lines import answered_in_words


def there(other: Assessment, keys: Iterable[str]) -> dict[str, StandIn]:
    """An assessment's answers to some questions, by key: a constant number of queries."""
    rows = other.answers.select_related("question").prefetch_related(
        "question__choices", "attachments__evidence"
    )
    rows = rows.filter(question__key__in=keys)
    return said_in(rows, Scope.of_assessment(other))


def said_in(answers: Iterable[Answer], scope: Scope) -> dict[str, StandIn]:
    """The same of answers that are at hand, with their evidence and choices."""
    return {answer.question.key: _stand_in(answer, scope) for answer in answers}


def _stand_in(answer: Answer, scope: Scope) -> StandIn:
    if not answer.applies:
        why = scope.of(answer.question).reason
        return StandIn("", NOT_APPLYING, "", why, (), None)
    proofs = (one.evidence for one in answer.attachments.all())
    return StandIn(
        verdict=answer.verdict,
        missing="",
        value=answered_in_words(answer),
        reason=answer.reason,
        evidence=tuple(sorted(one.sha256 or one.url for one in proofs)),
        answered_at=answer.answered_at,
    )


@dataclass(frozen=True, slots=True)
class Bearer:
    """The assessment that answers for another one: ``url`` is "" for one elsewhere.

    With ``signed_at`` a signature has frozen what it said, and the counts are of then.
    """

    subject: str
    url: str
    tally: Tally
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The answers that stand in for others, by key of the question.

    ``now`` holds what the other assessment says today where something else was signed.
    """

    said: Mapping[str, StandIn]
    now: Mapping[str, StandIn]


@dataclass(frozen=True, slots=True)
class Borne:
    """Assessments in use that rest on one, by subject, and the questions that they leave
    to it, by key: those of their own editions.
    """

    others: tuple[Assessment, ...]
    keys: frozenset[str]


def borne_by(assessment: Assessment) -> Borne:
    """The assessments that rest on one of ``for_page``: no query where there is none,
    else two.

    Writing the statement for whole rows costs as much as all else here, and few are
    rested on.
    """
    if assessment.rests or not assessment.is_borne_on:
        return Borne((), frozenset())
    rows = bears(assessment).for_page().select_related("organisation")
    others = tuple(rows.order_by("subject", "-period_to", "pk"))
    editions = {other.edition_id for other in others}
    asked = Question.objects.filter(edition__in=editions, section__level=Level.ORGANISATION)
    return Borne(others, frozenset(asked.values_list("key", flat=True)))


def bearer_of(assessment: Assessment) -> Bearer | None:
    """The assessment on which one rests, with its counts; None and no query without one."""
    if not assessment.rests:
        return None
    other = assessment.rests_on
    if signed := _signed(assessment):
        url = other.get_absolute_url() if other else ""
        found_then = counted(signed.answers.values())
        return Bearer(signed.subject, url, found_then, signed.at)
    if other is None:
        stated = _stated(assessment)
        return Bearer(stated["head"]["subject"], "", counted(_answers(stated).values()))
    keys = once_keys(assessment.edition)
    rows = other.answers.filter(question__key__in=keys).order_by()
    found: Counter[str] = Counter()
    asked = 0
    counts = rows.values_list("applies", "verdict").annotate(count=Count("pk"))
    for applies, verdict, count in counts:
        asked += count
        found[verdict] += count if applies else 0
    found[Verdict.UNANSWERED] += keys.count() - asked
    return Bearer(other.subject, other.get_absolute_url(), tally(found.items()))


def standing_in(assessment: Assessment, answers: Iterable[Answer]) -> Standing:
    """The words that stand in for those answers that wait: as signed, else of today.

    The answers come with question and section. A constant number of queries, and none
    where the assessment rests on nothing.
    """
    if not assessment.rests:
        return Standing({}, {})
    keys = [
        answer.question.key
        for answer in answers
        if not answer.applies and answer.question.section.level == Level.ORGANISATION
    ]
    if not keys:
        return Standing({}, {})
    other, signed = assessment.rests_on, _signed(assessment)
    if signed is None:
        found = there(other, keys) if other else _answers(_stated(assessment))
        return Standing(_each(keys, found), {})
    said = _each(keys, signed.answers)
    today = _each(keys, there(other, keys)) if other else said
    return Standing(said, {k: one for k, one in today.items() if one != said[k]})


def _each(keys: Iterable[str], found: Mapping[str, StandIn]) -> dict[str, StandIn]:
    return {key: found.get(key) or not_asked() for key in keys}


@dataclass(frozen=True, slots=True)
class _Signed:
    """The part of signed content that is about the other assessment."""

    at: datetime
    subject: str
    answers: Mapping[str, StandIn]


def _signed(assessment: Assessment) -> _Signed | None:
    """The words of the other assessment as they were signed; None while nothing is.

    From the frozen text of ``snapshots.content.Content``, in one query.
    """
    if assessment.status != AssessmentStatus.SIGNED:
        return None
    rows = assessment.signoffs.filter(revision=assessment.revision)
    row = rows.values_list("signed_at", "snapshot__text").first()
    if row is None:
        return None
    content = _CONTENT.validate_json(row[1])
    head = content.get("rests_on")
    if not head:
        return None
    lines = (line for section in content["sections"] for line in section["lines"])
    found = {line["key"]: one for line in lines if (one := line.get("stands_in"))}
    return _Signed(row[0], head["subject"], found)


def _stated(assessment: Assessment) -> dict[str, Any]:
    """The statement of the bundle that it came in, as ``snapshots.resting`` wrote it."""
    try:
        said: dict[str, Any] = assessment.brought_from.stated["rests_on"]
    except (KeyError, ObjectDoesNotExist):  # only SQL leaves it like that
        return {"head": {"subject": ""}, "answers": {}}
    return said


def _answers(stated: dict[str, Any]) -> dict[str, StandIn]:
    return _ANSWERS.validate_python(stated["answers"])


class _Line(TypedDict):
    key: str
    stands_in: NotRequired[StandIn | None]


class _Section(TypedDict):
    lines: list[_Line]


class _Head(TypedDict):
    subject: str


class _Content(TypedDict):
    sections: list[_Section]
    rests_on: NotRequired[_Head | None]


_ANSWERS = TypeAdapter(dict[str, StandIn])
_CONTENT = TypeAdapter(_Content)
