"""A form whose reply was lost is sent again: it is one change, and nobody else's."""

import re

import pytest

from compliance.models import Event
from tests.content.editor import test_essentials, test_gates, test_roles, test_undo
from tests.content.editor.test_autosave import HTMX, autosave
from tests.content.editor.test_undo import CHANGES, FACT, stands
from tests.support.editor_forms import question_of, typed, url
from tests.support.factories import make_checklist, make_draft

draft = test_undo.draft
# A copy and a step change the draft once more; of a language the page says that it is there.
STEPS = {"question copied", "section moved", "language added"}


@pytest.mark.parametrize("change", sorted(CHANGES.keys() - STEPS))
def test_form_that_is_sent_again_changes_nothing(ada, draft, change):
    name, data, _ = CHANGES[change]
    first = ada.post(url(name, draft), data)
    after = stands(draft)
    again = ada.post(url(name, draft), data)
    assert (first.status_code, again.status_code) == (302, 302)
    assert stands(draft) == after
    assert Event.objects.count() == 1


def test_same_words_are_added_anew_once_something_else_was_done(ada, draft):
    new = {"section": "s1", "text": "New?"}
    for data in (new, {"title": "Law"}, new):
        ada.post(url("part_add", draft), data)
    assert (question_of(draft, "Q5")["text"], question_of(draft, "Q6")["text"]) == (
        "New?",
        "New?",
    )


def sends(client, draft, name, **words):
    reply = client.post(url("part_add", draft), {**words, "sending": name}, follow=True)
    return reply.text


@pytest.mark.parametrize(
    "words",
    [{"section": "s1", "text": "New?"}, {"title": "Law"}],
    ids=["question", "section"],
)
def test_same_sending_is_the_lost_reply_and_another_one_is_meant(ada, draft, words):
    for name in ("1-1", "1-1", "1-2", "1-1"):
        text = sends(ada, draft, name, **words)
        assert "added" in text
    assert Event.objects.count() == 2
    assert sends(ada, draft, "1-1", **dict.fromkeys(words, "s1"))  # other words
    assert Event.objects.count() == 3


def test_without_a_name_the_page_says_that_it_was_sent(ada, draft):
    for _ in range(2):
        reply = ada.post(url("part_add", draft), {"title": "Law"}, follow=True)
    assert re.search(r"This was sent already at \d\d:\d\d\.", reply.text)
    assert Event.objects.count() == 1


def test_copy_is_not_taken_for_a_question_that_was_typed(ada, draft):
    words = {"section": "s1", "text": question_of(draft)["text"]}
    ada.post(url("part_copy", draft), {"key": "Q1"})
    ada.post(url("part_add", draft), words)
    assert Event.objects.count() == 2


def test_what_someone_else_added_is_not_taken_for_ones_own(ada, cast, draft, sign_in):
    sign_in(cast.otto).post(url("fact_save", draft), FACT)
    ada.post(url("fact_save", draft), FACT)
    assert draft.facts.filter(label="Size").count() == 2


def test_what_was_removed_since_is_added_anew(ada, draft):
    new = {"title": "Law"}
    ada.post(url("part_add", draft), new)
    draft.sections.filter(key="law").delete()
    ada.post(url("part_add", draft), new)
    assert draft.sections.filter(title="Law").count() == 1


def test_roles_are_sent_twice(ada, draft):
    test_roles.post(ada, draft, role_fact="data")
    data = test_roles.typed(ada, draft, role_health="Clinic")
    assert twice(ada, url("roles", draft), data) == [302, 302]
    assert Event.objects.count() == 2


def twice(client, address, data):
    """The replies to a form that is sent, its reply lost, and sent again."""
    return [client.post(address, data).status_code for _ in range(2)]


def test_gate_is_sent_twice(ada, cast):
    own = make_checklist("own", cast.acme)
    draft = make_draft(questions=3, checklist=own, gates=[test_gates.GATE])
    data = test_gates.typed(ada, draft) | {"title": "Older lists"}
    assert twice(ada, url("gate_save", draft), data) == [302, 302]
    data = test_gates.typed(ada, draft) | {"key": "", "title": "New gate"}
    assert twice(ada, url("gate_save", draft), data) == [302, 302]
    titles = [gate["title"] for gate in test_gates.gates_of(draft)]
    assert titles == ["Older lists", "New gate"]
    assert Event.objects.count() == 2


def test_short_path_is_sent_twice(ada, cast):
    own = make_checklist("own", cast.acme)
    draft = make_draft(questions=4, checklist=own, essentials=test_essentials.SHORT)
    data = test_essentials.typed(ada, draft) | {"because": "Small."}
    assert twice(ada, url("essentials_save", draft), data) == [302, 302]
    assert Event.objects.count() == 1


def test_new_choice_that_is_sent_twice_keeps_its_key(ada, draft):
    data = typed(ada, draft, "Q2") | {"kind": "choice", "choice-0-label": "Daily"}
    for _ in range(2):
        assert autosave(ada, draft, data).status_code == 200
    assert [one["key"] for one in question_of(draft, "Q2")["choices"]] == ["daily"]
    assert Event.objects.count() == 1


def test_two_choices_that_differ_by_a_capital_stay_two(ada, draft):
    data = typed(ada, draft, "Q2") | {"kind": "choice"}
    data |= {"choice-0-label": "Daily", "choice-1-label": "daily"}
    for _ in range(2):
        assert autosave(ada, draft, data).status_code == 200
    keys = [one["key"] for one in question_of(draft, "Q2")["choices"]]
    assert keys == ["daily", "daily-2"]


def test_what_was_typed_after_a_lost_reply_goes_on_from_ones_own(ada, draft):
    data = typed(ada, draft, "Q2") | {"text": "First?"}
    autosave(ada, draft, data)  # its reply is lost, and the page sends it again
    again = ada.post(url("question_save", draft), data, headers=HTMX)
    assert again.status_code == 200
    data |= {"seen": again.context["seen"], "text": "First, and more?"}
    assert autosave(ada, draft, data).status_code == 200
    assert question_of(draft, "Q2")["text"] == "First, and more?"
