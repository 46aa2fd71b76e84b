"""The seeds that are shipped: whole, distinct, and true to the legal index."""

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations

import pytest
from django.conf import settings

from compliance.content.checklists import content
from compliance.models import Edition
from compliance.operations.seeds import actions

SHIPPED = {
    "gdpr": ("G", 154),
    "ai-act": ("A", 179),
    "sovereignty": ("S", 200),
    "zero-trust": ("Z", 115),
}
"""Checklist to the letter and the highest number of its topics."""
UNUSED = {
    "sovereignty": [
        *(68, 69, 70, 71, 73, *range(76, 85)),  # rated by criterion since 2026.2
        *range(94, 111),
        *(119, 120, *range(127, 132), 134, *range(135, 141), *range(147, 151)),
        *(158, 159, 160, *range(166, 171), 178, 179, 180, *range(185, 191)),
    ]
}
"""Numbers that no question has; those of criteria say objective and criterion."""


def questions(seeds):
    return {
        files.head.content.key: [question for part in files.sections for question in part.content.questions]
        for files in seeds.checklists
    }


def test_every_topic_has_a_question(shipped):
    found = questions(shipped)
    assert found.keys() == SHIPPED.keys()
    for key, (letter, topics) in SHIPPED.items():
        asked = {re.match(r"[A-Z]+[0-9]+", question.key).group() for question in found[key]}
        numbers = set(range(1, topics + 1)) - set(UNUSED.get(key, ()))
        assert asked == {f"{letter}{topic:03}" for topic in numbers}


def test_every_checklist_says_what_it_must_cover(shipped):
    assert all(files.coverage for files in shipped.checklists)


def alike(one, other):
    """Whether two texts are nearly the same; the cheap upper bounds go first."""
    least = 0.45 * (len(one) + len(other))
    return (
        min(len(one), len(other)) >= least
        and (letters(one) & letters(other)).total() >= least
        and SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.9
    )


letters = cache(Counter)


@pytest.mark.slow
def test_no_two_questions_are_nearly_the_same(shipped):
    texts = [q.text.lower() for found in questions(shipped).values() for q in found]
    assert [pair for pair in combinations(texts, 2) if alike(*pair)] == []


@pytest.mark.slow
@pytest.mark.django_db
def test_shipped_editions_load_and_keep_their_hash(shipped):
    actions.load(by=None, folder=settings.BASE_DIR / "seeds")
    for edition in Edition.objects.all():
        assert content.content_hash(content.document(edition)) == edition.content_hash
    stood = Edition.objects.values_list("checklist__key", "status").order_by("pk")
    wanted = [
        (files.head.content.key, state)
        for files in shipped.checklists
        for state in ("published", *["retired"] * len(files.older))
    ]
    assert sorted(stood) == sorted(wanted)


def test_question_that_keeps_its_key_keeps_its_article(shipped):
    moved = [
        (old.key, old.cites, new.cites)
        for files in shipped.checklists
        for older in files.older
        for old, new in same_keys(older, files)
        if not articles(old) & articles(new) and old.key not in MISCITED
    ]
    assert moved == []


def same_keys(older, files):
    """The questions of two editions that have one key."""
    before = {q.key: q for part in older.sections for q in part.content.questions}
    now = [q for part in files.sections for q in part.content.questions]
    return [(before[q.key], q) for q in now if q.key in before]


MISCITED = {"S086", "Z090", "Z094"}
"""They ask the same, on a source that asks for it; the one of 2026.1 did not."""


def articles(question):
    """The articles that a question cites, without paragraph, point and criterion."""
    return {re.split(r"[(,]|(?<=SOV-[0-9])[.]", cite)[0] for cite in question.cites}


def test_crosswalk_joins_every_two_checklists(shipped):
    pairs = shipped.crosswalk.content.pairs
    joined = {frozenset({pair.a.checklist, pair.b.checklist}) for pair in pairs}
    assert joined == set(map(frozenset, combinations(SHIPPED, 2)))
    assert len(pairs) >= 100


def test_every_criterion_rates_each_answer(shipped):
    files = next(f for f in shipped.checklists if f.head.content.key == "sovereignty")
    rated = [
        question
        for part in files.sections
        for question in part.content.questions
        if re.search(r"SOV-[0-9][.][0-9]$", question.cites[0]) and question.title.startswith("SOV-")
    ]
    answers = [choice for question in rated for choice in question.choices]
    assert (len(rated), len(answers)) == (48, 230)
    assert all(choice.rating for choice in answers)
    assert sum(bool(choice.rating.contested) for choice in answers) == 19
    inert = [q for q in rated if {c.rating.level for c in q.choices} == {4}]
    assert len(inert) == 9
