"""Gates in the editor: shown, shaped, saved, undone, and refused with the place and the words."""

import re

import pytest

from compliance.content.checklists import content, soundness
from compliance.content.editor import actions as editor_actions
from compliance.content.publishing import actions as publishing
from compliance.models import Event, Fact
from tests.support.editor_forms import keep_theirs, url
from tests.support.factories import make_checklist, make_draft, make_provision, publish

GATE = {
    "key": "old",
    "title": "Old lists",
    "because": "Old lists are spared.",
    "questions": ["Q2"],
    "rows": [
        {"when": {"data": "health"}, "effect": "out", "because": "Health is spared."},
        {"effect": "binds", "from": "2027-12-02", "because": "All others wait."},
    ],
}


@pytest.fixture
def draft(cast):
    own = make_checklist("own", cast.acme)
    return make_draft(questions=3, checklist=own, gates=[GATE])


def typed(client, draft, key="old"):
    """The form of a gate when nothing is changed."""
    page = client.get(url("gates", draft), {"gate": key})
    editor = page.context["editor"]
    fields = [field for part in editor.parts for field in part]
    data = {field.html_name: field.value() for field in fields}
    data = {n: v for n, v in data.items() if v is not None and v is not False}
    return data | {"seen": page.context["seen"], "key": "" if key == "new" else key}


def save(client, draft, key="old", **changes):
    data = typed(client, draft, key) | changes
    return client.post(url("gate_save", draft), data)


def gates_of(draft):
    draft.refresh_from_db()
    return draft.gates


def test_saving_what_stands_changes_nothing(ada, draft):
    count = Event.objects.count()
    assert save(ada, draft).status_code == 302
    assert (gates_of(draft), Event.objects.count()) == ([GATE], count)


def test_gate_is_changed_logged_and_undone(ada, draft):
    reply = save(
        ada,
        draft,
        title="Older lists",
        before="all_but",
        keys="Q1, Q3",
        cites="",
        **{"row-0-because": "Health is spared for good.", "row-1-day": "2028-01-01"},
    )
    page = ada.get(reply.url)
    assert "The edition is saved." in page.text
    assert gates_of(draft) == [
        {
            "key": "old",
            "title": "Older lists",
            "because": "Old lists are spared.",
            "all_but": ["Q1", "Q3"],
            "rows": [
                GATE["rows"][0] | {"because": "Health is spared for good."},
                GATE["rows"][1] | {"from": "2028-01-01"},
            ],
        }
    ]
    seq = Event.objects.order_by("seq").last().seq
    back = ada.post(url("undo", draft), {"seq": seq, "page": "editor:gates"})
    assert back.url == url("gates", draft)
    assert gates_of(draft) == [GATE]


def test_new_gate_takes_a_key_of_its_own(ada, draft):
    added = {
        "title": "Old lists",
        "because": "So it is.",
        "keys": "Q1\r\nQ3",
        "row-0-because": "The Act reaches it.",
    }
    save(ada, draft, "new", **{"row-0-effect": "in"} | added)
    assert gates_of(draft)[1] == {
        "key": "old-lists",
        "title": "Old lists",
        "because": "So it is.",
        "questions": ["Q1", "Q3"],
        "rows": [{"effect": "in", "because": "The Act reaches it."}],
    }


def test_gate_before_every_question_names_none(ada, draft):
    save(ada, draft, before="all_but", keys="")
    assert "questions" not in gates_of(draft)[0]
    assert "Before every question." in ada.get(url("gates", draft)).text
    assert typed(ada, draft)["before"] == "all_but"


def test_rows_are_added_moved_and_removed_before_they_are_saved(ada, draft):
    data = typed(ada, draft)
    page = ada.post(url("gate_save", draft), data | {"do": "row add -1"})
    assert page.status_code == 200
    rows = page.context["editor"].rows.rows
    assert [row.form["because"].value() for row in rows] == [
        "Health is spared.",
        None,
        "All others wait.",
    ]
    assert re.search(r'<select name="row-1-effect"[^>]*autofocus', page.text)
    page = ada.post(url("gate_save", draft), data | {"do": "row remove 0"})
    assert len(page.context["editor"].rows.rows) == 1
    page = ada.post(url("gate_save", draft), data | {"do": "row-1-when condition -1"})
    assert len(page.context["editor"].rows.rows[1].rule.rows) == 1
    assert gates_of(draft) == [GATE]


def test_too_many_rows_are_said_and_none_is_lost(ada, draft):
    data = typed(ada, draft)
    for at in range(2, 40):
        data |= {f"row-{at}-because": "x", f"row-{at}-when-rows": "0"}
    data |= {"row-rows": "40", "do": "row add -1"}
    page = ada.post(url("gate_save", draft), data)
    assert "A gate has at most 40 rows." in page.text
    assert len(page.context["editor"].rows.rows) == 40


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"row-1-when-rows": "1", "row-1-when-0-depth": "0", "row-1-when-0-test": "is",
          "row-1-when-0-fact": "data", "row-1-when-0-picks": ["data=health"]}, "row-1-when-part",
         "Row 2: Remove the conditions of the last row, so that one row always counts."),
        ({"row-0-when-rows": "0"}, "row-0-when-part",
         "Row 1: Without conditions this row always counts, so no row below it does."),
        ({"row-0-day": "2027-01-01"}, "id_row-0-day",
         "Row 1: A row that turns duties off has no day from which they bind."),
        ({"row-0-because": ""}, "id_row-0-because", "Row 1: Write something for “Because”."),
        ({"row-1-cites": "Law Art. 999"}, "id_row-1-cites",
         "Row 2: Law Art. 999 is not in the legal index."),
        ({"cites": "Law Art. 999"}, "id_cites",
         "Citations: Law Art. 999 is not in the legal index."),
        ({"keys": "Q2 Q99"}, "id_keys", "Keys of questions: Q99 is not a question of the checklist."),
        ({"keys": " "}, "id_keys", "Name the questions that the gate applies to."),
        ({"title": ""}, "id_title", "Write something for “Name”."),
        ({"row-rows": "0"}, "row-part", "A gate has at least one row."),
        ({"because": "x" * 1001}, "id_because", "has 1001 characters; 1000 fit."),
        ({"keys": ""}, "id_keys", "Name the questions that the gate applies to."),
    ],
)  # fmt: skip
def test_bad_gate_is_refused_with_place_and_words(ada, draft, changes, place, words):
    reply = save(ada, draft, title=changes.pop("title", "Kept name"), **changes)
    assert reply.status_code == 422
    links = [f"{at}: {said}" for at, said in reply.context["editor"].faults]
    assert any(one.startswith(f"{place}: ") and words in one for one in links), links
    assert f'id="{place}"' in reply.text
    assert gates_of(draft) == [GATE]
    if "title" not in reply.context["editor"].form.errors:
        assert "Kept name" in reply.text


def test_rule_that_can_never_hold_is_refused_at_its_row(ada, draft):
    both = {
        "row-0-when-rows": "2",
        "row-0-when-match": "all",
        "row-0-when-0-depth": "0",
        "row-0-when-0-test": "is",
        "row-0-when-0-fact": "data",
        "row-0-when-0-picks": ["data=health"],
        "row-0-when-1-depth": "0",
        "row-0-when-1-test": "not",
        "row-0-when-1-fact": "data",
        "row-0-when-1-picks": ["data=health"],
    }
    reply = save(ada, draft, **both)
    assert reply.status_code == 422
    assert "Row 1: No answer to the facts makes it hold." in reply.text
    assert gates_of(draft) == [GATE]


def test_contested_fact_turns_no_duty_off(ada, draft):
    Fact.objects.filter(edition=draft).update(contested="Authorities differ.")
    reply = save(ada, draft, title="Else")
    assert reply.status_code == 302  # it stood so
    Fact.objects.filter(edition=draft).update(contested="")
    save(ada, draft, **{"row-0-effect": "binds"})
    Fact.objects.filter(edition=draft).update(contested="Authorities differ.")
    reply = save(ada, draft, **{"row-0-effect": "out"})
    assert reply.status_code == 422
    assert "it can decide from which day a duty binds, not whether" in reply.text


def test_two_who_save_one_gate_see_both(ada, draft):
    data = typed(ada, draft)
    save(ada, draft, title="Theirs")
    reply = ada.post(url("gate_save", draft), data | {"title": "Mine"})
    assert reply.status_code == 409
    assert "Someone else has saved this gate" in reply.text
    assert 'value="Theirs"' in keep_theirs(ada, reply).text
    assert gates_of(draft)[0]["title"] == "Theirs"
    again = {"title": "Mine", "seen": reply.context["seen"]}
    assert ada.post(url("gate_save", draft), data | again).status_code == 302
    assert gates_of(draft)[0]["title"] == "Mine"


def test_gate_that_an_example_names_stays(ada, draft):
    group = {"gate": "old", "because": "Art. 9."}
    shop = {"key": "shop", "name": "Shop", "facts": {}, "must_apply": [group]}
    draft.organisations = [shop]
    draft.save()
    page = ada.post(url("gate_remove", draft), {"key": "old"}, follow=True)
    assert "The example “Shop” names this gate" in page.text
    draft.organisations = None
    draft.save()
    ada.post(url("gate_remove", draft), {"key": "old"})
    assert gates_of(draft) is None


def test_undo_brings_back_no_gate_that_rests_on_a_fact_that_is_gone(ada, cast, draft):
    ada.post(url("gate_remove", draft), {"key": "old"})
    seq = Event.objects.order_by("seq").last().seq
    fact = draft.facts.get()
    editor_actions.remove_fact(by=cast.ada, organisation=cast.acme, edition_id=draft.pk, key=fact.key)
    page = ada.post(url("undo", draft), {"seq": seq, "page": "editor:gates"}, follow=True)
    assert "unknown fact &#x27;data&#x27;" in page.text
    assert gates_of(draft) is None


def test_fact_goes_from_a_draft_whose_scale_names_a_question_twice(cast, draft):
    """The fault is no fact's; publishing refuses it."""
    group = {"key": "g", "title": "Group", "questions": ["Q1", "Q1"]}
    levels = [{"name": name} for name in ("Low", "High")]
    scale = {"key": "s", "name": "Scale", "read": "lowest", "levels": levels}
    draft.gates, draft.scales = None, [scale | {"groups": [group]}]
    draft.save()
    asked = draft.questions.get(key="Q1")
    asked.kind = "choice"
    asked.save()
    for place, key in enumerate("ab"):
        asked.choices.create(key=key, label=key, position=place)
    found = soundness.ambiguous(content.document(draft))
    assert [reason for _, reason in found] == ["Q1 is in the group g already"]
    editor_actions.remove_fact(by=cast.ada, organisation=cast.acme, edition_id=draft.pk, key="data")
    assert not draft.facts.exists()


def test_citation_of_the_index_is_kept(ada, draft):
    make_provision("Law Art. 1")
    save(ada, draft, **{"row-0-cites": "Law Art. 1"})
    assert gates_of(draft)[0]["rows"][0]["cites"] == ["Law Art. 1"]


def test_final_edition_shows_its_gates_and_no_form(ada, cast, draft):
    publish(draft)
    page = ada.get(url("gates", draft), {"gate": "old"})
    assert page.context["editor"] is None
    assert "Add a gate" not in page.text
    whole = {
        "key": "old",
        "seen": page.context["seen"],
        "title": "Else",
        "because": "So.",
        "before": "questions",
        "keys": "Q2",
        "row-rows": "1",
        "row-0-effect": "out",
        "row-0-because": "So.",
        "row-0-when-match": "all",
        "row-0-when-rows": "0",
    }
    other = make_draft(checklist=draft.checklist, number="2", gates=[GATE])
    whole["seen"] = ada.get(url("gates", other), {"gate": "old"}).context["seen"]
    reply = ada.post(url("gate_save", draft), whole)
    assert "can no longer change" in reply.text
    assert gates_of(draft) == [GATE]
    assert ada.post(url("gate_save", other), whole).status_code == 302


def test_copy_of_a_checklist_has_its_gates_and_may_change_them(ada, cast):
    theirs = publish(make_draft(questions=3, gates=[GATE]))
    own = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=theirs.pk)
    assert content.document(own)["edition"]["gates"] == [GATE]
    save(ada, own, title="Ours")
    assert gates_of(own)[0]["title"] == "Ours"
