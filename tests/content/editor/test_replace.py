"""Find and replace in a draft: looked at first, done at once, or not at all."""

import pytest
from django.urls import reverse

from compliance.content.checklists import content
from compliance.content.editor import actions as editor_actions
from compliance.models import Choice
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError
from tests.support.factories import make_checklist, make_draft
from tests.support.page_text import flat


@pytest.fixture
def draft(cast):
    draft = make_draft(questions=3, checklist=make_checklist("own", cast.acme))
    question = draft.questions.first()
    Choice.objects.create(question=question, key="a", label="A duty", position=1)
    return draft


@pytest.fixture
def given(cast, draft):
    seen = content.content_hash(content.document(draft))
    return {
        "by": cast.ada,
        "organisation": cast.acme,
        "edition_id": draft.pk,
        "seen": seen,
    }


def test_words_are_replaced_in_every_text_with_one_event(given, draft):
    event = editor_actions.replace_all(**given, find="duty", put="task")
    assert len(trail.changes(event)[1]["questions"]) == 3
    first = content.document(draft)["sections"][0]["questions"][0]
    assert first["text"] == "Do you keep task 1?"
    assert first["title"] == "Duty 1"
    assert first["choices"][0] | {"label": "A task"} == first["choices"][0]
    assert set(draft.questions.values_list("version", flat=True)) == {1}
    assert Event.objects.get().action == "edition.replaced"
    before = trail.changes(Event.objects.get())[0]["questions"]
    assert before["Q2"]["text"] == "Do you keep duty 2?"


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [("Duty", "D" * 60, "Q1: Short name would have 62"), ("Duty 2", "", "be empty")],
)
def test_text_that_would_not_fit_replaces_nothing(given, draft, find, put, said):
    before = content.document(draft)
    with pytest.raises(RefusedError, match=said):
        editor_actions.replace_all(**given, find=find, put=put)
    assert content.document(draft) == before


def test_draft_that_changed_since_is_stale(given, draft):
    draft.questions.filter(key="Q3").update(text="Changed?")
    with pytest.raises(StaleError):
        editor_actions.replace_all(**given, find="duty", put="task")


def test_page_shows_first_and_then_replaces(cast, draft, sign_in, given):
    ada, path = (
        sign_in(cast.ada),
        reverse("editor:replace", args=["acme", draft.pk]),
    )
    assert ada.get(path).status_code == 200
    assert "Write the words" in ada.get(path + "?find=").text
    assert "No text contains these words" in ada.get(path + "?find=zebra").text
    page = ada.get(path + "?find=duty&put=<b>task</b>")
    assert page.context["count"] == 4
    assert "<b>task" not in page.text
    data = {"find": "duty", "put": "task", "seen": page.context["seen"]}
    assert ada.post(path, data | {"seen": "0"}).status_code == 409
    assert "Replaced in 3 questions" in flat(ada.post(path, data, follow=True).text)
    long = {"find": "Duty", "put": "D" * 60}
    seen = ada.get(path + "?find=Duty").context["seen"]
    assert ada.post(path, long | {"seen": seen}).status_code == 422
    zoe = sign_in(cast.zoe)
    assert zoe.post(path.replace("acme", "other"), data).status_code == 404


def test_hostile_words_are_refused(cast, draft, sign_in):
    path = reverse("editor:replace", args=["acme", draft.pk])
    reply = sign_in(cast.ada).get(path, {"find": "a", "put": "\u202e"})
    assert reply.status_code == 200
    assert "turns the writing direction" in reply.text


def test_replacing_is_undone_in_one_step(cast, draft, sign_in, given):
    before = content.document(draft)
    ada, path = (
        sign_in(cast.ada),
        reverse("editor:replace", args=["acme", draft.pk]),
    )
    data = {"find": "duty", "put": "task", "seen": given["seen"]}
    page = ada.post(path, data, follow=True)
    assert flat(page.text).count("Replaced in 3 questions.") == 1
    seq = page.context["done"].seq
    undo = reverse("editor:undo", args=["acme", draft.pk])
    assert "Undone" in ada.post(undo, {"seq": seq}, follow=True).text
    assert content.document(draft) == before
    assert set(draft.questions.values_list("version", flat=True)) == {2}
    actions_in_trail = list(Event.objects.order_by("seq").values_list("action", flat=True))
    assert actions_in_trail == ["edition.replaced", "edition.replacing_undone"]
    again = ada.post(undo, {"seq": seq}, follow=True)
    assert "Q1, Q2, Q3 have been changed again since" in again.text


def test_replacing_is_not_undone_over_what_others_changed(cast, draft, given):
    event = editor_actions.replace_all(**given, find="duty", put="task")
    draft.questions.filter(key="Q2").update(text="Changed since?")
    Choice.objects.update(verdict="met")
    after = content.document(draft)
    del given["seen"]
    with pytest.raises(RefusedError, match="Q1, Q2 have been changed again"):
        editor_actions.undo(**given, seq=event.seq)
    editor_actions.remove_question(**given, key="Q2")
    with pytest.raises(RefusedError, match="nothing is undone"):
        editor_actions.undo(**given, seq=event.seq)
    assert [q["key"] for q in after["sections"][0]["questions"]] == ["Q1", "Q2", "Q3"]
    assert draft.questions.get(key="Q3").text == "Do you keep task 3?"
