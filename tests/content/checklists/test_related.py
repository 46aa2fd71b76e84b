import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from compliance.content.checklists.related import related
from compliance.models import Relation
from tests.support.factories import make_draft, make_edition, make_relation, publish


def relations(edition, key):
    return [
        (row.checklist, row.question.key, row.words, row.reason) for row in related(edition.checklist, key)
    ]


@pytest.mark.django_db
def test_both_ends_name_the_other_in_their_own_words():
    one, two = make_edition(), make_edition()
    make_relation(one, "Q1", two, "Q2")
    reason = "Both need the list."
    assert relations(one, "Q1") == [(two.checklist, "Q2", "A way to meet this", reason)]
    assert relations(two, "Q2") == [(one.checklist, "Q1", "This is a way to meet it", reason)]
    assert relations(one, "Q2") == relations(two, "Q1") == []


@pytest.mark.django_db
def test_newest_published_edition_is_asked():
    one, old = make_edition(), make_edition()
    make_relation(one, "Q1", old, "Q3")
    old.status = "retired"
    old.save()
    new = make_draft(questions=3, number="2026.2", checklist=old.checklist)
    new.questions.filter(key="Q3").update(title="Better duty")
    assert related(one.checklist, "Q1") == []
    publish(new)
    question = related(one.checklist, "Q1")[0].question
    assert (question.title, question.edition_id) == ("Better duty", new.pk)


@pytest.mark.django_db
def test_question_that_is_no_longer_asked_is_left_out():
    one, two = make_edition(), make_edition()
    make_relation(one, "Q1", two, "Q9")
    assert related(one.checklist, "Q1") == []


@pytest.mark.django_db
def test_five_relations_cost_two_queries(django_assert_num_queries):
    one, others = make_edition(), [make_edition() for _ in range(5)]
    for other in others:
        make_relation(one, "Q1", other, "Q2")
    with django_assert_num_queries(2):
        rows = related(one.checklist, "Q1")
        found = [(row.checklist.title, row.question.section.key) for row in rows]
    assert found == [("Privacy", "s1")] * 5


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["itself", "twice"])
def test_database_refuses_a_pair_that_cannot_be(fault):
    one, two = make_edition(), make_edition()
    make_relation(one, "Q1", two, "Q2")
    ends = {"itself": (one, "Q1", one, "Q2"), "twice": (one, "Q1", two, "Q2")}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_relation(*ends[fault])
    assert Relation.objects.count() == 1


def test_checklist_page_shows_relations_at_equal_cost(cast, sign_in, django_assert_num_queries):
    client, one, two = sign_in(cast.rob), make_edition(), make_edition()
    page = reverse("checklists:detail", args=["acme", one.pk])
    client.get(page)
    make_relation(one, "Q1", two, "Q2", reason="<i>Both</i>")
    with django_assert_num_queries(11):
        text = client.get(page).text
    other = reverse("checklists:detail", args=["acme", two.pk])
    assert f'href="{other}?section=s1#Q2"' in text
    assert "<bdi>A way to meet this.</bdi> <bdi>&lt;i&gt;Both&lt;/i&gt;</bdi>" in text
    for number in range(1, 4):
        make_relation(one, f"Q{number}", two, "Q3")
    with django_assert_num_queries(11):
        client.get(page)
