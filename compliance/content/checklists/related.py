"""Related questions of other checklists: the crosswalk, read from either end.

The crosswalk names checklists of the library. An organisation's own copy has the
relations of its original, for each question that it asks as the original does or did.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus, Travels
from compliance.content.checklists.models import Checklist, Question, Relation
from compliance.content.checklists.models.relation import PROVES, SAME_DUTY


@dataclass(frozen=True, slots=True)
class Related:
    """A question of another checklist, as its newest published edition has it.

    ``words`` say what it is to the question it was asked for, ``travels`` what of an
    answer to it may be taken over there.
    """

    checklist: Checklist
    question: Question
    words: str
    reason: str
    travels: Travels

    @property
    def is_same_duty(self) -> bool:
        """Whether an answer to one serves both."""
        return self.travels == Travels.ANSWER

    @property
    def is_proof(self) -> bool:
        """Whether it helps to prove the other, and so lends its note and evidence."""
        return self.travels == Travels.PROOF


End = tuple[int, str]
"""Checklist id and question key."""


def related(checklist: Checklist, key: str) -> list[Related]:
    """The questions of other checklists that are related to one: two queries."""
    return related_to(checklist, [key]).get(key, [])


def has_relations(checklist: Checklist) -> bool:
    """Whether the crosswalk names a checklist: one query."""
    ends = Q(a_checklist=checklist) | Q(b_checklist=checklist)
    return Relation.objects.filter(ends).exists()


def original_of(checklist: Checklist) -> Checklist:
    """The checklist that the crosswalk names: that of the library for an own copy."""
    if checklist.cloned_from_id is None:
        return checklist
    return Checklist.objects.get(editions=checklist.cloned_from_id)


def as_asked_before(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Those of own copies that some edition of the original asks in the same words."""
    there = Question.objects.exclude(edition__status__in=UNPUBLISHED).filter(
        edition__checklist=OuterRef("edition__checklist__cloned_from__checklist"),
        key=OuterRef("key"),
        text=OuterRef("text"),
        kind=OuterRef("kind"),
    )
    return questions.filter(Exists(there))


def travels(here: tuple[Checklist, Question], there: tuple[Checklist, Question]) -> Travels:
    """The part of an answer to a question there that may be taken over here.

    One query where neither is of a copy, and one more for each that is.
    """
    to, source = _end_of(*here), _end_of(*there)
    if to is None or source is None:
        return Travels.NOTHING
    wanted = Q()
    for (a_checklist, a_key), (b_checklist, b_key) in ((to, source), (source, to)):
        wanted |= Q(a_checklist=a_checklist, a_key=a_key, b_checklist=b_checklist, b_key=b_key)
    row = Relation.objects.filter(wanted).first()  # two questions have one at most
    is_a = row is not None and (row.a_checklist_id, row.a_key) == to
    return _travels(row, is_a=is_a) if row else Travels.NOTHING


def _travels(row: Relation, *, is_a: bool) -> Travels:
    """Along a relation to its end a, or to b."""
    if row.relation in SAME_DUTY:
        return Travels.ANSWER
    return Travels.PROOF if is_a and row.relation in PROVES else Travels.NOTHING


def related_to(checklist: Checklist, keys: Collection[str]) -> dict[str, list[Related]]:
    """Question key to its related questions: two queries, three for a copy.

    A question that its checklist no longer asks is left out.
    """
    original = original_of(checklist)
    if original != checklist:
        rows = Question.objects.filter(edition__checklist=checklist, key__in=keys)
        rows = rows.filter(edition__status=EditionStatus.PUBLISHED)
        keys = set(as_asked_before(rows).values_list("key", flat=True))
    ends = list(_ends(original, keys))
    if not ends:
        return {}
    asked = _published({other for _, other, _ in ends})
    found: defaultdict[str, list[Related]] = defaultdict(list)
    for key, other, (owner, words, row) in ends:
        if question := asked.get(other):
            part = _travels(row, is_a=other == (row.b_checklist_id, row.b_key))
            found[key].append(Related(owner, question, words, row.reason, part))
    return dict(found)


def _end_of(checklist: Checklist, question: Question) -> End | None:
    """The name of a question in the crosswalk; None for one that a copy has changed."""
    original = original_of(checklist)
    if original != checklist:
        same = as_asked_before(Question.objects.filter(pk=question.pk))
        if not same.exists():
            return None
    return original.pk, question.key


def _ends(
    checklist: Checklist, keys: Collection[str]
) -> Iterator[tuple[str, End, tuple[Checklist, str, Relation]]]:
    one = Q(a_checklist=checklist, a_key__in=keys)
    other = Q(b_checklist=checklist, b_key__in=keys)
    rows = Relation.objects.filter(one | other).select_related("a_checklist", "b_checklist")
    for row in rows.order_by("code"):
        if row.a_checklist_id == checklist.pk:
            link = (row.b_checklist, row.words, row)
            yield row.a_key, (row.b_checklist_id, row.b_key), link
        else:
            link = (row.a_checklist, row.back, row)
            yield row.b_key, (row.a_checklist_id, row.a_key), link


def _published(ends: set[End]) -> dict[End, Question]:
    questions = Question.objects.filter(
        edition__status=EditionStatus.PUBLISHED,
        edition__checklist__in={owner for owner, _ in ends},
        key__in={key for _, key in ends},
    ).select_related("edition", "section")
    questions = questions.defer("edition__extra")
    return {(row.edition.checklist_id, row.key): row for row in questions}
