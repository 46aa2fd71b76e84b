"""A question duplicated, and the outline searched."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.content.checklists import content
from compliance.content.editor import actions as editor
from compliance.content.publishing import actions as publishing
from compliance.models import Choice, Citation, Question
from compliance.proof.audit.models import Event
from tests.support.editor_forms import key_of, question_of, url
from tests.support.factories import make_checklist, make_draft, make_edition, make_provision
from tests.support.page_text import flat


def test_question_is_duplicated_right_behind_itself(ada, draft):
    question = draft.questions.get(key="Q1")
    Choice.objects.create(question=question, key="a", label="A", position=1)
    Citation.objects.create(question=question, provision=make_provision(), position=1)
    draft.questions.filter(key="Q1").update(
        kind="choice",
        rule={"data": "health"},
        applies_from=[{"date": "2027-12-02"}],
        extra={"id": "x"},
        binds=["keeper"],
    )
    page = ada.post(url("part_copy", draft), {"key": "Q1"}, follow=True)
    assert "Q5 is a copy of Q1" in page.text
    assert page.context["question"].key == "Q5"
    original, copy = question_of(draft), question_of(draft, "Q5")
    del original["extra"]
    assert copy == original | {"key": "Q5"}
    order = draft.questions.values_list("key", "position")
    assert list(order) == [("Q1", 1), ("Q5", 2), ("Q2", 3), ("Q3", 4), ("Q4", 5)]
    assert Event.objects.get().action == "question.added"


def test_key_of_a_removed_copy_is_never_used_again(ada, cast, draft):
    ada.post(url("part_copy", draft), {"key": "Q4"})
    ada.post(url("part_remove", draft), {"part": "question", "key": "Q5"})
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    assert key_of(editor.duplicate_question(**given, key="Q1")) == "Q6"


def test_what_is_gone_or_not_ours_is_not_duplicated(ada, cast, draft, sign_in):
    page = ada.post(url("part_copy", draft), {"key": "Q9"}, follow=True)
    assert "Reload the page" in page.text
    library = make_edition()
    assert ada.post(url("part_copy", library), {"key": "Q1"}).status_code == 404
    zoe = sign_in(cast.zoe)
    assert zoe.post(url("part_copy", draft, "other"), {"key": "Q1"}).status_code == 404
    publishing.send_to_review(by=cast.otto, organisation=cast.acme, edition_id=draft.pk)
    page = ada.post(url("part_copy", draft), {"key": "Q1"}, follow=True)
    assert "can no longer change" in page.text
    assert Question.objects.filter(edition=draft).count() == 4


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("q3", ["Q3"]),
        ("DUTY 2", ["Q2"]),
        ("do you  keep", ["Q1", "Q2", "Q3", "Q4"]),
        ("ü-wort", ["Q4"]),
        ("zebra", []),
        ("<b>", []),
    ],
)
def test_outline_is_searched(ada, draft, text, keys):
    draft.questions.filter(key="Q4").update(text="Do you keep Ü-Wort?")
    path = url("edit", draft)
    page = ada.get(path, {"find": text, "question": "Q1"})
    tree = page.context["tree"]
    assert [q.key for b in tree.branches for q in b.questions] == keys
    assert f"{len(keys)} question{'s'[: len(keys) != 1]} found." in page.text
    assert page.context["question"].key == "Q1"
    assert "<b>" not in page.text
    with CaptureQueriesContext(connection) as queries:
        part = ada.get(path, {"find": text}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert flat(part.text).count("data-item") == len(keys)
    assert len(queries) <= 9


def test_outline_is_whole_without_a_search(ada, draft):
    page = ada.get(url("edit", draft), {"find": "  "})
    assert len(page.context["tree"].branches) == 2
    assert "data-found" not in page.text


@pytest.mark.slow
def test_two_thousand_questions_are_searched_in_one_query_more(ada, cast):
    big = make_draft(2000, 4, checklist=make_checklist("big", cast.acme))
    with CaptureQueriesContext(connection) as queries:
        page = ada.get(url("edit", big), {"find": "duty 1999"})
    assert "1 question found." in page.text
    assert len(queries) <= 20
    assert content.document(big)["sections"]
