"""Another assessment's answers in the place of those that wait here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count
from pydantic import TypeAdapter

from compliance.assessments.applying import Scope
from compliance.assessments.choices import Verdict
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.resting import once_keys
from compliance.assessments.scoring import Tally, tally
from compliance.assessments.stand_ins import NOT_APPLYING, StandIn, counted, not_asked
from compliance.checklists.choices import Level
from compliance.workspace.lines import told_value


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
        value=told_value(answer),
        reason=answer.reason,
        evidence=tuple(sorted(one.sha256 or one.url for one in proofs)),
        answered_at=answer.answered_at,
    )


@dataclass(frozen=True, slots=True)
class Bearer:
    """The assessment that answers for another one: ``url`` is "" for one elsewhere."""

    subject: str
    url: str
    tally: Tally


def bearer_of(assessment: Assessment) -> Bearer | None:
    """The assessment on which one rests, with its counts; None and no query without one."""
    if not assessment.rests:
        return None
    other = assessment.rests_on
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


def standing_in(
    assessment: Assessment, answers: Iterable[Answer]
) -> Mapping[str, StandIn]:
    """Question key to what stands in for it, for those answers that wait.

    The answers come with question and section. A constant number of queries, and none
    where the assessment rests on nothing.
    """
    if not assessment.rests:
        return {}
    keys = [
        answer.question.key
        for answer in answers
        if not answer.applies and answer.question.section.level == Level.ORGANISATION
    ]
    if not keys:
        return {}
    other = assessment.rests_on
    found = there(other, keys) if other else _answers(_stated(assessment))
    return {key: found.get(key) or not_asked() for key in keys}


def _stated(assessment: Assessment) -> dict[str, Any]:
    """The statement of the bundle that it came in, as ``reviews.resting`` wrote it."""
    try:
        said: dict[str, Any] = assessment.brought_from.stated["rests_on"]
    except (KeyError, ObjectDoesNotExist):  # only SQL leaves it like that
        return {"head": {"subject": ""}, "answers": {}}
    return said


def _answers(stated: dict[str, Any]) -> dict[str, StandIn]:
    return _ANSWERS.validate_python(stated["answers"])


_ANSWERS = TypeAdapter(dict[str, StandIn])
