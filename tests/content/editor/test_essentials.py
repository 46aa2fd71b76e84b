"""The essentials in the editor: chosen, counted, saved, undone, and refused in words."""

import pytest

from compliance.content.checklists import content
from compliance.content.editor import actions as editor_actions
from compliance.content.editor.marks import mark_of
from compliance.models import Citation, Event
from tests.support.editor_forms import url
from tests.support.factories import make_checklist, make_draft, make_provision, publish
from tests.support.page_text import flat

SHORT = {
    "because": "Small and without risky data.",
    "when": {"data": "children"},
    "questions": ["Q1", "Q3"],
}


@pytest.fixture
def draft(cast):
    """Q1 to Q4 in two sections; Q4 is a yardstick, Q2 a duty of the highest weight."""
    own = make_checklist("own", cast.acme)
    draft = make_draft(questions=4, sections=2, checklist=own, essentials=SHORT)
    law = make_provision("Act 1")
    for question in draft.questions.all():
        Citation.objects.create(question=question, provision=law, position=1)
    draft.questions.filter(key="Q4").update(yardstick=True)
    draft.questions.filter(key="Q2").update(weight=5)
    return draft


def typed(client, draft):
    """The form when nothing is changed."""
    page = client.get(url("essentials", draft))
    editor = page.context["editor"]
    fields = [field for part in editor.parts for field in part]
    data = {field.html_name: field.value() for field in fields}
    data = {n: v for n, v in data.items() if v is not None and v is not False}
    return data | {"seen": page.context["seen"]}


def save(client, draft, **changes):
    return client.post(url("essentials_save", draft), typed(client, draft) | changes)


def short_path(draft):
    draft.refresh_from_db()
    return draft.essentials


def test_saving_what_stands_changes_nothing(ada, draft):
    count = Event.objects.count()
    assert save(ada, draft).status_code == 302
    assert (short_path(draft), Event.objects.count()) == (SHORT, count)


def test_page_counts_what_is_chosen_and_what_law_is_left_out(ada, draft):
    page = flat(ada.get(url("essentials", draft)).text)
    assert "2 of 4 questions." in page
    assert "Of those left out, 1 is a duty of law, 1 of it of the highest weight" in page
    assert "For those where" in page
    assert page.count("checked") == 3  # an answer of its rule, too
    assert "Yardstick, no legal threshold" in page
    assert url("essentials", draft) in ada.get(url("edit", draft)).text


def test_other_questions_are_chosen_in_their_order_logged_and_undone(ada, draft):
    reply = save(ada, draft, questions=["Q4", "Q2"], because="Fewer than fifty people.")
    assert "The edition is saved." in ada.get(reply.url).text
    new = SHORT | {"questions": ["Q2", "Q4"], "because": "Fewer than fifty people."}
    assert short_path(draft) == new
    event = Event.objects.order_by("seq").last()
    assert event.action == "edition.changed"
    back = ada.post(url("undo", draft), {"seq": event.seq, "page": "editor:essentials"})
    assert back.url == url("essentials", draft)
    assert short_path(draft) == SHORT


def test_short_path_is_taken_away_and_made_anew(ada, draft):
    save(ada, draft, do="clear")
    assert short_path(draft) is None
    assert "No organisation has a short path." in flat(ada.get(url("essentials", draft)).text)
    grown = ada.post(url("essentials_save", draft), typed(ada, draft) | {"do": "if condition -1"})
    assert short_path(draft) is None
    editor = grown.context["editor"]
    fields = [field for part in editor.parts for field in part]
    data = {f.html_name: f.value() for f in fields if f.value() is not None}
    data |= {
        "because": "So.",
        "questions": ["Q2"],
        "if-0-fact": "data",
        "if-0-picks": ["data=health"],
    }
    done = ada.post(url("essentials_save", draft), data | {"seen": grown.context["seen"]})
    assert done.status_code == 302, (done.context["editor"].faults, data)
    made = {"because": "So.", "when": {"data": ["health"]}, "questions": ["Q2"]}
    assert short_path(draft) == made


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"because": ""}, "Write something for"),
        ({"questions": []}, "Choose at least one question."),
        ({"questions": ["Q9"]}, "Q9 is not a question of this edition."),
        (
            {"if-0-fact": "", "if-0-picks": []},
            "without one it would be the short path for everybody",
        ),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(ada, draft, changes, said):
    reply = save(ada, draft, **changes)
    assert reply.status_code == 422
    assert said in flat(reply.text)
    assert short_path(draft) == SHORT


def test_second_editor_is_refused_and_nothing_is_lost(ada, cast, draft):
    sent = typed(ada, draft)
    editor_actions.save_essentials(
        by=cast.ada,
        organisation=cast.acme,
        edition_id=draft.pk,
        seen=mark_of(SHORT),
        values=SHORT | {"questions": ["Q2"]},
    )
    reply = ada.post(url("essentials_save", draft), sent | {"questions": ["Q4"]})
    assert reply.status_code == 409
    assert "Someone else has saved the essentials" in reply.text
    assert short_path(draft)["questions"] == ["Q2"]


def test_published_edition_shows_its_essentials_and_keeps_them(ada, cast):
    own = make_checklist("own", cast.acme)
    edition = publish(make_draft(questions=2, checklist=own, essentials=SHORT | {"questions": ["Q1"]}))
    page = ada.get(url("essentials", edition)).text
    assert "1 of 2 questions." in flat(page)
    assert 'class="btn btn-primary">Save' not in page
    sent = {"do": "clear", "seen": mark_of(edition.essentials)}
    ada.post(url("essentials_save", edition), sent)
    assert short_path(edition)["questions"] == ["Q1"]


def test_document_and_hash_have_the_essentials(ada, draft):
    before = content.content_hash(content.document(draft))
    save(ada, draft, questions=["Q2"])
    draft.refresh_from_db()
    document = content.document(draft)
    assert document["edition"]["essentials"]["questions"] == ["Q2"]
    assert content.content_hash(document) != before
