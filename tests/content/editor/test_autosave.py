"""A question saves itself, two people's changes are merged by field, and changes are counted."""

import re
from html import unescape

import pytest

from compliance.content.editor import actions, reading
from compliance.content.publishing import actions as publishing
from compliance.models import Edition
from compliance.proof.audit.models import Event
from tests.support.editor_forms import question_of, save, typed, url
from tests.support.factories import make_edition

pytestmark = pytest.mark.slow

HTMX = {"HX-Request": "true"}
SEEN = re.compile(r'name="seen" id="id_seen" value="([^"]*)"')


@pytest.fixture
def otto(cast, sign_in):
    return sign_in(cast.otto)


def autosave(client, draft, data):
    return client.post(url("question_save", draft), data, headers=HTMX)


def seen_in(reply):
    [seen] = SEEN.findall(reply.text)
    return {"seen": unescape(seen)}


def test_two_people_who_change_other_fields_both_have_theirs_saved(ada, otto, draft):
    mine = typed(ada, draft) | {"text": "Mine?"}
    save(otto, draft, title="Theirs", good="One\nTwo")
    assert ada.post(url("question_save", draft), mine).status_code == 302
    found = question_of(draft)
    assert (found["text"], found["title"]) == ("Mine?", "Theirs")
    assert found["good"] == ["One", "Two"]


def test_who_keeps_theirs_of_one_field_leaves_the_others_alone(ada, otto, draft):
    mine = typed(ada, draft) | {"text": "Mine?"}
    save(otto, draft, text="Theirs?", title="Theirs")
    refused = ada.post(url("question_save", draft), mine)
    assert refused.status_code == 409
    editor = refused.context["editor"]
    again = {f.html_name: f.value() for part in editor.parts for f in part}
    again = {name: value for name, value in again.items() if value} | {"key": "Q1"}
    assert ada.post(url("question_save", draft), again).status_code == 302
    found = question_of(draft)
    assert (found["text"], found["title"]) == ("Mine?", "Theirs")


def test_draft_saves_itself_and_says_when(ada, draft):
    reply = autosave(ada, draft, typed(ada, draft) | {"text": "Typed?"})
    assert reply.status_code == 200
    assert "Saved <time" in reply.text
    assert "<html" not in reply.text
    assert question_of(draft)["text"] == "Typed?"
    assert Event.objects.get().action == "question.changed"


def test_page_that_saves_itself_on_puts_nobodys_words_back(ada, otto, draft):
    data = typed(ada, draft) | {"text": "Mine?"}
    save(otto, draft, title="Theirs")
    data |= seen_in(autosave(ada, draft, data))
    data |= seen_in(autosave(ada, draft, data | {"remedy": "Begin."}))
    assert question_of(draft)["title"] == "Theirs"
    assert autosave(ada, draft, data | {"title": "Mine"}).status_code == 409
    found = question_of(draft)
    assert (found["text"], found["remedy"]) == ("Mine?", "Begin.")
    assert found["title"] == "Theirs"


@pytest.mark.parametrize("seen", ["", "x", "[]", "1", '{"text": 7}'])
def test_form_without_a_readable_state_overwrites_nobody(ada, otto, draft, seen):
    data = typed(ada, draft) | {"text": "Mine?", "seen": seen}
    save(otto, draft, text="Theirs?")
    assert ada.post(url("question_save", draft), data).status_code in {409, 422}
    assert question_of(draft)["text"] == "Theirs?"


def test_what_cannot_be_saved_yet_is_said_and_the_form_stays(ada, draft):
    data = typed(ada, draft) | {"kind": "number", "text": "<b>Typed</b>?"}
    reply = autosave(ada, draft, data)
    assert reply.status_code == 422
    assert "Not saved yet: Write what is counted, such as days." in reply.text
    assert "<form" not in reply.text
    actions.remove_question(
        by=draft.checklist.organisation.memberships.first().user,
        organisation=draft.checklist.organisation,
        edition_id=draft.pk,
        key="Q1",
    )
    reply = autosave(ada, draft, data)
    assert (reply.status_code, "has removed Q1" in reply.text) == (409, True)


def test_choice_keeps_the_key_that_its_first_saving_gave_it(ada, draft):
    data = typed(ada, draft) | {"kind": "choice", "choice-0-label": "Daily"}
    reply = autosave(ada, draft, data)
    assert 'id="id_choice-0-key" value="daily"' in " ".join(part.strip() for part in reply.text.splitlines())
    data |= seen_in(reply) | {"choice-0-key": "daily"}
    autosave(ada, draft, data | {"choice-0-label": "Every day"})
    [choice] = question_of(draft)["choices"]
    assert (choice["key"], choice["label"]) == ("daily", "Every day")


@pytest.fixture
def choosing(ada, draft):
    """The form of a question with a choice "traditional"."""
    save(ada, draft, kind="choice", **{"choice-0-label": "Traditional"})
    return typed(ada, draft)


@pytest.mark.parametrize("half", [{"choice-0-label": ""}, {"kind": "verdict"}])
def test_choice_is_taken_away_by_the_button_alone(ada, draft, choosing, half):
    reply = autosave(ada, draft, choosing | half | {"text": "Reworded?"})
    assert reply.status_code == 422
    assert "Press Save to remove the choice “Traditional”." in reply.text
    [choice] = question_of(draft)["choices"]
    assert choice["key"] == "traditional"
    done = ada.post(url("question_save", draft), choosing | half | {"kind": "verdict"})
    assert done.status_code == 302
    assert question_of(draft)["choices"] == []


def test_choice_that_someone_else_has_removed_comes_back_under_its_key(ada, otto, draft, choosing):
    save(otto, draft, kind="verdict", **{"choice-0-label": ""})
    seen = typed(ada, draft)["seen"]
    reply = autosave(ada, draft, choosing | {"seen": seen, "choice-0-label": "Anew"})
    assert reply.status_code == 200
    [choice] = question_of(draft)["choices"]
    assert (choice["key"], choice["label"]) == ("traditional", "Anew")


@pytest.mark.parametrize("key", ["../x", "a b", "x" * 41])
def test_choice_takes_no_key_that_is_none(ada, draft, choosing, key):
    save(ada, draft, **{"choice-0-key": key})
    [choice] = question_of(draft)["choices"]
    assert choice["key"] == "traditional-2"


@pytest.fixture
def next_one(cast, draft):
    """A draft that is based on a published edition of four questions."""
    source = make_edition(questions=4, checklist=draft.checklist, number="2025.1")
    Edition.objects.filter(pk=draft.pk).delete()
    return publishing.draft_next(by=cast.ada, organisation=cast.acme, edition_id=source.pk)


def changes(edition):
    return reading.outline(edition, edition.facts.all()).changes


def test_changes_since_the_last_edition_are_marked_and_counted(ada, cast, next_one):
    page = ada.get(url("edit", next_one)).text
    assert "dotmark" not in page
    assert (changes(next_one), "Publish" in page) == (0, True)
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": next_one.pk}
    reply = autosave(ada, next_one, typed(ada, next_one) | {"text": "Reworded?"})
    assert 'title="Reworded"' in reply.text
    assert changes(next_one) == 1
    actions.remove_question(**given, key="Q2")
    section = next_one.sections.first().key
    actions.add_question(**given, section=section, text="New?")
    assert changes(next_one) == 3
    actions.move_question(**given, key="Q4", to=(section, ""))
    page = ada.get(url("edit", next_one)).text
    assert (page.count("ch-edited"), page.count("ch-new")) == (2, 1)
    found = ada.get(url("edit", next_one) + "?find=Reworded", headers=HTMX).text
    assert found.count("ch-edited") == 1
    save(ada, next_one, text="Do you keep duty 1?")
    assert changes(next_one) == 3


def test_question_is_added_from_the_outline_of_any_page(ada, draft):
    page = ada.get(url("edit", draft) + "?question=Q3").text
    assert "Add a question" in page
    sent = {"section": "s2", "text": "From the outline?"}
    reply = ada.post(url("part_add", draft), sent)
    assert "question=Q5" in reply.url
    assert question_of(draft, "Q5")["text"] == "From the outline?"
