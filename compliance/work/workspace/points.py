"""The points of an assessment by section, where a framework rates its answers."""

from collections import defaultdict
from typing import Any

from compliance.content.checklists.rating import Points, ratings_of, summed
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.scoring import BESIDE


def points_of(assessment: Assessment) -> dict[int, Points]:
    """Points by the id of a section; those that rate nothing are left out: one query."""
    rows = assessment.answers.applying().filter(question__choices__rating__isnull=False)
    found: defaultdict[int, dict[int, tuple[list[Any], Any]]] = defaultdict(dict)
    for pk, section, verdict, value, key, rating in rows.order_by("question__position").values_list(
        "pk",
        "question__section_id",
        "verdict",
        "value",
        "question__choices__key",
        "question__choices__rating",
    ):
        chosen = None if verdict in BESIDE else value
        choices, _ = found[section].setdefault(pk, ([], chosen))
        choices.append((key, "", rating))
    return {
        section: summed((ratings_of(choices), said) for choices, said in answers.values())
        for section, answers in found.items()
    }


def points_around(answer: Answer) -> Points | None:
    """The points of an answer's section, where the answer itself is rated."""
    if not answer.ratings:
        return None
    return points_of(answer.assessment).get(answer.question.section_id)
