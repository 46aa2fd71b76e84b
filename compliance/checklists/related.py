"""What other checklists ask that is related: the crosswalk, read from either end."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Q

from compliance.checklists.choices import EditionStatus
from compliance.checklists.models import Checklist, Question, Relation


@dataclass(frozen=True, slots=True)
class Related:
    """A question of another checklist, as its newest published edition has it.

    ``words`` say what it is to the question it was asked for.
    """

    checklist: Checklist
    question: Question
    words: str
    reason: str


End = tuple[int, str]
"""Checklist id and question key."""


def related(checklist: Checklist, key: str) -> list[Related]:
    """The questions of other checklists that are related to one: two queries."""
    return related_to(checklist, [key]).get(key, [])


def has_relations(checklist: Checklist) -> bool:
    """Whether the crosswalk names a checklist: one query."""
    ends = Q(a_checklist=checklist) | Q(b_checklist=checklist)
    return Relation.objects.filter(ends).exists()


def related_to(checklist: Checklist, keys: Collection[str]) -> dict[str, list[Related]]:
    """Question key to its related questions: two queries, however many keys.

    A question that its checklist no longer asks is left out.
    """
    ends = list(_ends(checklist, keys))
    asked = _published({other for _, other, _ in ends})
    found: defaultdict[str, list[Related]] = defaultdict(list)
    for key, other, (owner, words, reason) in ends:
        if question := asked.get(other):
            found[key].append(Related(owner, question, words, reason))
    return dict(found)


def _ends(
    checklist: Checklist, keys: Collection[str]
) -> Iterator[tuple[str, End, tuple[Checklist, str, str]]]:
    one = Q(a_checklist=checklist, a_key__in=keys)
    other = Q(b_checklist=checklist, b_key__in=keys)
    rows = Relation.objects.filter(one | other).select_related(
        "a_checklist", "b_checklist"
    )
    for row in rows.order_by("code"):
        if row.a_checklist_id == checklist.pk:
            told = (row.b_checklist, row.words, row.reason)
            yield row.a_key, (row.b_checklist_id, row.b_key), told
        else:
            told = (row.a_checklist, row.back, row.reason)
            yield row.b_key, (row.a_checklist_id, row.a_key), told


def _published(ends: set[End]) -> dict[End, Question]:
    questions = Question.objects.filter(
        edition__status=EditionStatus.PUBLISHED,
        edition__checklist__in={owner for owner, _ in ends},
        key__in={key for _, key in ends},
    ).select_related("edition", "section")
    return {(row.edition.checklist_id, row.key): row for row in questions}
