"""The original has a newer edition: theirs or ours, question by question."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from compliance.content.checklists import actions, content
from compliance.content.editor import actions as editor_actions
from compliance.content.editor.marks import marks
from compliance.content.publishing import actions as publishing
from compliance.content.publishing.merge import BESIDE, merge, offers
from compliance.models import Edition
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError
from tests.support.editor_forms import url
from tests.support.factories import make_checklist, make_draft, make_question, publish
from tests.support.page_text import flat

pytestmark = pytest.mark.slow


@pytest.fixture
def world(cast):
    """An original of six questions, cloned; and its next edition, published.

    The newer edition rewords Q1 and Q2, drops Q3, adds Q7 with a new fact, moves Q6.
    Ours has changed Q2 and Q3, and has OWN-1.
    """
    original = make_checklist("law")
    base = publish(make_draft(6, 2, checklist=original))
    draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=base.pk)
    draft.questions.filter(key="Q2").update(text="Ours of Q2?")
    draft.questions.filter(key="Q3").update(text="Ours of Q3?")
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    editor_actions.add_question(**given, section="s1", text="Our own?")
    newer = make_draft(6, 2, checklist=original, number="2026.2")
    newer.questions.filter(key__in=["Q1", "Q2"]).update(text="Theirs?")
    newer.questions.get(key="Q3").delete()
    newer.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    first = newer.sections.first()
    rule = {"eu": "yes"}
    make_question(newer, first, 3, key="Q7", text="Is it new?", rule=rule).save()
    newer.questions.filter(key="Q6").update(section=first, position=0)
    actions.publish(by=None, edition=newer)
    return draft, base, newer, given


def texts(edition):
    found = content.document(edition)
    return {q["key"]: q["text"] for s in found["sections"] for q in s["questions"]}


def take(world, *taken, **changes):
    draft, _, newer, given = world
    seen = content.content_hash(content.document(draft))
    values = {"newer_id": newer.pk, "seen": seen, "taken": set(taken)} | changes
    return publishing.merge(**given, **values)


def test_offers_say_what_changed_there_and_here(world):
    draft, base, newer, _ = world
    found = offers(*(content.document(e) for e in (base, newer, draft)))
    ours = {one.item.key: one.is_ours for one in found.questions}
    assert ours == {"Q6": False, "Q1": False, "Q2": True, "Q3": True, "Q7": False}
    assert [one.change.key for one in found.facts] == ["eu"]


def test_theirs_and_ours_are_taken_as_chosen(world):
    draft, _, newer, _ = world
    take(world, "Q1", "Q3", "Q6", "Q7")
    found = texts(draft)
    assert list(found) == ["Q6", "Q1", "Q2", "Q7", "OWN-1", "Q4", "Q5"]
    assert (found["Q1"], found["Q2"]) == ("Theirs?", "Ours of Q2?")
    assert [fact["key"] for fact in content.document(draft)["facts"]] == ["data", "eu"]
    draft.checklist.refresh_from_db()
    assert draft.checklist.cloned_from == newer


def test_nothing_taken_leaves_ours_and_moves_on(world):
    draft, base, newer, _ = world
    before = content.document(draft)
    take(world)
    assert content.document(draft) == before
    event = Event.objects.order_by("seq").last()
    assert event.action == "edition.merged"
    was, now = trail.changes(event)
    assert (was["cloned_from"], now["cloned_from"]) == (base.number, newer.number)
    assert was["parts"] == now["parts"] == {}
    assert now["ours"] == ["Q6", "Q1", "Q2", "Q3", "Q7", "fact:eu"]
    with pytest.raises(RefusedError, match="no newer edition"):
        take(world)


def test_all_taken_is_the_newer_edition_with_our_own_beside(world):
    draft, _, newer, _ = world
    take(world, "Q1", "Q2", "Q3", "Q6", "Q7", "fact:eu")
    own, theirs = texts(draft), texts(newer)
    assert own.pop("OWN-1") == "Our own?"
    assert own == theirs


def test_question_that_we_removed_can_come_back(world):
    draft, _, _, given = world
    editor_actions.remove_question(**given, key="Q1")
    take(world, "Q1")
    assert texts(draft)["Q1"] == "Theirs?"


def undo(world, event):
    return editor_actions.undo(**world[3], seq=event.seq)


@pytest.mark.parametrize(
    "taken",
    [(), ("Q1",), ("Q7",), ("Q6", "Q3"), ("fact:eu",), ("Q1", "Q2", "Q3", "Q6", "Q7")],
)
def test_merge_is_undone_whole_and_can_be_made_again(world, taken):
    draft, base, _, _ = world
    before = content.document(draft)
    event = take(world, *taken)
    merged_once = content.document(draft)
    undo(world, event)
    draft.refresh_from_db()
    assert content.document(draft) == before
    draft.checklist.refresh_from_db()
    assert draft.checklist.cloned_from == base
    last = Event.objects.order_by("seq").last()
    assert last.action == "edition.merging_undone"
    assert verification.verify(draft.checklist.organisation_id) is None
    with pytest.raises(RefusedError, match="another edition"):
        undo(world, event)
    take(world, *taken)
    assert content.document(draft) == merged_once


def test_undone_merge_leaves_what_it_did_not_touch(world):
    draft, _, _, given = world
    event = take(world, "Q1")
    values = {"text": "Ours of Q4?"}
    editor_actions.save_question(**given, key="Q4", values=values)
    editor_actions.add_question(**given, section="s2", text="One more?")
    undo(world, event)
    found = texts(draft)
    assert (found["Q1"], found["Q4"]) == ("Do you keep duty 1?", "Ours of Q4?")
    assert found["OWN-2"] == "One more?"


@pytest.mark.parametrize(
    ("taken", "change", "words"),
    [
        ("Q1", lambda d: d.questions.filter(key="Q1").update(text="?"), "Q1 has"),
        ("Q3", lambda d: d.questions.filter(key="OWN-1").delete(), "the order of the"),
        ("Q7", lambda d: d.facts.filter(key="eu").update(label="Ours"), "“EU” has"),
    ],
)
def test_what_was_changed_since_the_merge_keeps_it(world, taken, change, words):
    draft, _, newer, _ = world
    event = take(world, taken)
    change(draft)
    stands = content.document(draft)
    with pytest.raises(RefusedError, match=f"{words}.*changed again since"):
        undo(world, event)
    assert content.document(draft) == stands
    draft.checklist.refresh_from_db()
    assert draft.checklist.cloned_from == newer


def test_what_rests_on_the_merge_keeps_it(world):
    draft = world[0]
    event = take(world, "Q7")
    draft.questions.filter(key="OWN-1").update(rule={"eu": "yes"})
    with pytest.raises(RefusedError, match="OWN-1 rests on “EU”"):
        undo(world, event)


GATE = {
    "key": "late",
    "title": "Later in the EU",
    "because": "Art. 9.",
    "questions": ["Q1"],
    "rows": [
        {"when": {"eu": "yes"}, "effect": "out", "because": "Not yet."},
        {"effect": "binds", "because": "Others do."},
    ],
}
RESTING = {
    "Later in the EU": {"gates": [GATE]},
    "Essentials": {"essentials": {"when": {"eu": "yes"}, "questions": ["Q1"]}},
    "Small": {"organisations": [{"key": "s", "name": "Small", "facts": {"eu": []}}]},
}


@pytest.mark.parametrize("name", RESTING)
def test_gate_essentials_or_example_that_rests_on_the_merge_keeps_it(world, name):
    draft = world[0]
    event = take(world, "Q7", "fact:eu")
    Edition.objects.filter(pk=draft.pk).update(**RESTING[name])
    with pytest.raises(RefusedError, match=f"“{name}” rests on “EU”"):
        undo(world, event)


@pytest.mark.parametrize("part", ["OWN-1", *RESTING])
def test_fact_that_ours_rests_on_is_not_taken_away(world, cast, sign_in, part):
    draft = world[0]
    take(world, "fact:eu")
    if part in RESTING:
        Edition.objects.filter(pk=draft.pk).update(**RESTING[part])
    else:
        draft.questions.filter(key=part).update(rule={"eu": "yes"})
    third = make_draft(6, 2, checklist=world[1].checklist, number="2026.3")
    actions.publish(by=None, edition=third)
    ada, page = sign_in(cast.ada), url("merge", draft)
    form = ada.get(page).context["form"]
    sent = {name: form[name].value() for name in ("newer", "seen")}
    before = content.content_hash(content.document(Edition.objects.get(pk=draft.pk)))
    reply = ada.post(page, sent | {"take:fact:eu": "theirs"}, follow=True)
    assert "rests on “EU”; keep yours of that" in flat(reply.text)
    draft = Edition.objects.get(pk=draft.pk)
    assert content.content_hash(content.document(draft)) == before
    assert ada.get(url("detail", draft)).status_code == 200
    assert ada.get(url("simulator", draft)).status_code == 200


def test_what_no_merge_brings_is_named(world, cast, sign_in):
    draft, _, newer, _ = world
    take(world)
    held = GATE | {"key": "held", "title": "Held"}
    Edition.objects.filter(pk=draft.pk).update(gates=[held])
    third = make_draft(6, 2, checklist=newer.checklist, number="2026.3")
    Edition.objects.filter(pk=third.pk).update(
        gates=[GATE, held], essentials=RESTING["Essentials"]["essentials"]
    )
    third.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    third.sections.filter(key="s2").update(level="organisation")
    actions.publish(by=None, edition=Edition.objects.get(pk=third.pk))
    reply = sign_in(cast.ada).get(url("merge", draft))
    assert reply.context["beside"] == [
        "Short path",
        "Gate “Later in the EU”",
        "Section “Section 2”",
    ]
    assert "To change by hand" in reply.text


def take_third(world, *taken, questions, **fields):
    """A third edition of the original, with its own Q1, comes in."""
    checklist = world[1].checklist
    third = make_draft(6, 2, checklist=checklist, number="2026.3", **fields)
    third.questions.filter(key="Q1").update(**questions)
    actions.publish(by=None, edition=third)
    return take(world, *taken, newer_id=third.pk)


def test_role_that_came_with_the_merge_stays_while_a_question_binds_it(world):
    draft = world[0]
    roles = {"role_fact": "data", "roles": {"health": "Keeper"}}
    event = take_third(world, "Q1", questions={"binds": ["health"]}, **roles)
    draft.questions.filter(key="Q4").update(binds=["health"])
    with pytest.raises(RefusedError, match="Q4 rests on “Keeper”"):
        undo(world, event)


def test_language_stays_for_a_text_that_was_written_since_the_merge(world):
    draft = world[0]
    german = {"de": {"title": {"text": "Pflicht", "of": "x"}}}
    questions = {"translations": german}
    event = take_third(world, "Q1", questions=questions, translations={"de": {}})
    draft.questions.filter(key="Q4").update(translations=german)
    undo(world, event)
    draft.refresh_from_db()
    assert draft.translations == {"de": {}}
    assert draft.questions.get(key="Q4").translations == german


def test_merge_under_a_later_one_stays(world):
    event = take(world, "Q1")
    take_third(world, questions={"text": "Third?"})
    with pytest.raises(RefusedError, match="based on another edition"):
        undo(world, event)


def test_merge_of_before_there_was_an_undo_is_refused_in_words(world, cast):
    draft = world[0]
    with transaction.atomic():
        event = trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action="edition.merged",
            subject=draft,
            before={"cloned_from": "1"},
            after={"cloned_from": "2", "theirs": [], "ours": []},
        )
    with pytest.raises(RefusedError, match="before merges could be undone"):
        undo(world, event)


def test_choice_on_another_state_is_stale_and_changes_nothing(world):
    draft, _, newer, _ = world
    seen = content.content_hash(content.document(draft))
    draft.questions.filter(key="Q1").update(text="Just now?")
    with pytest.raises(StaleError):
        take(world, "Q1", seen=seen)
    with pytest.raises(StaleError):
        take(world, "Q1", newer_id=newer.pk + 1)
    assert texts(draft)["Q1"] == "Just now?"


def test_editor_that_was_open_before_the_merge_is_stale(world):
    draft, _, _, given = world
    seen = marks(content.question_values(draft.questions.get(key="Q1")))
    take(world, "Q1")
    with pytest.raises(StaleError):
        editor_actions.save_question(**given, key="Q1", seen=seen, values={"text": "Over it?"})


def test_merge_of_plain_documents_changes_neither(world):
    draft, base, newer, _ = world
    documents = [content.document(e) for e in (base, newer, draft)]
    copies = [content.content_hash(one) for one in documents]
    merge(documents[1], documents[2], offers(*documents), {"Q1", "Q7", "fact:eu"})
    assert [content.content_hash(one) for one in documents] == copies


def test_page_offers_and_takes(world, cast, sign_in):
    draft = world[0]
    ada = sign_in(cast.ada)
    assert "The original has a newer edition" in ada.get(url("detail", draft)).text
    page = ada.get(url("merge", draft))
    assert "Ours of Q2?" in page.text
    form = page.context["form"]
    data = {name: form[name].value() for name in ("newer", "seen")}
    data |= {"take:Q1": "theirs", "take:Q2": "ours", "take:Q7": "theirs"}
    stale = ada.post(url("merge", draft), data | {"seen": "0" * 64})
    assert stale.status_code == 409
    page = ada.post(url("merge", draft), data, follow=True)
    assert "now based on edition 2026.2 of the original" in page.text
    assert ">Undo<" in page.text
    assert texts(draft)["Q1"] == "Theirs?"
    assert texts(draft)["Q3"] == "Ours of Q3?"
    assert "newer edition" not in ada.get(url("detail", draft)).text
    assert ada.get(url("merge", draft)).url == url("detail", draft)


def test_published_own_edition_starts_the_next_draft_to_merge(world, cast, sign_in):
    draft = world[0]
    actions.publish(by=cast.ada, edition=draft)
    ada = sign_in(cast.ada)
    assert "Start the next draft and choose" in ada.get(url("detail", draft)).text
    response = ada.post(url("draft_next", draft), {"merge": "on"})
    assert response.url.endswith("/merge/")
    assert "Is it new?" in ada.get(response.url).text


@pytest.mark.parametrize("questions", [6, 60])
def test_merge_page_costs_the_same_in_a_long_list(questions, cast, sign_in, django_assert_max_num_queries):
    original = make_checklist("law")
    base = publish(make_draft(questions, 2, checklist=original))
    draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=base.pk)
    newer = make_draft(questions, 2, checklist=original, number="2026.2")
    newer.questions.update(text="Theirs?")
    actions.publish(by=None, edition=newer)
    ada = sign_in(cast.ada)
    ada.get(url("merge", draft))
    with django_assert_max_num_queries(27):
        assert ada.get(url("merge", draft)).text.count("take:Q") == 2 * questions


def test_newer_original_is_named_in_the_list_and_in_the_editor(world, cast, sign_in):
    draft = world[0]
    ada, said = sign_in(cast.ada), "Original has a newer edition:<bdi>2026.2</bdi>"
    listed = reverse("checklists:list", args=["acme"])
    assert said in flat(ada.get(listed).text)
    editor = ada.get(url("edit", draft)).text
    assert f'href="{url("merge", draft)}"' in editor
    assert "Newer original:<bdi>2026.2</bdi>" in flat(editor)
    take(world, "Q1")
    assert said not in flat(ada.get(listed).text)
    assert "Newer original" not in ada.get(url("edit", draft)).text
    actions.publish(by=None, edition=draft)
    base = draft.checklist.cloned_from.checklist
    publish(make_draft(6, 2, checklist=base, number="2026.3"))
    page = flat(sign_in(cast.rob).get(listed).text)
    assert page.count("Original has a newer edition:<bdi>2026.3</bdi>") == 1


def test_merge_calls_what_is_yours_by_one_name(world, cast, sign_in):
    page = flat(sign_in(cast.ada).get(url("merge", world[0])).text)
    assert re.search(r'value="ours"[^>]*>Yours<', page)
    assert ">Ours<" not in page
    assert " Ours is" not in page


def test_copy_of_an_edition_retired_meanwhile_is_refused_in_words(cast, sign_in):
    original = make_checklist("law")
    old = publish(make_draft(checklist=original))
    new = make_draft(checklist=original, number="2026.2")
    actions.publish(by=None, edition=new)
    ada = sign_in(cast.ada)
    reply = ada.post(url("clone", old), follow=True)
    assert reply.redirect_chain[-1][0] == url("detail", new)
    assert "Edition 2026.1 of Privacy is retired" in reply.text
    assert not cast.acme.checklists.exists()
    ada.post(url("clone", new))
    own = cast.acme.checklists.get().editions.get()
    actions.publish(by=None, edition=own)
    given = {"by": cast.ada, "organisation": cast.acme}
    nextone = publishing.draft_next(**given, edition_id=own.pk)
    actions.publish(by=None, edition=nextone)
    reply = ada.post(url("draft_next", own), follow=True)
    assert reply.redirect_chain[-1][0] == url("detail", nextone)
    assert "is retired; start from the newest one" in reply.text


def test_question_that_is_taken_brings_its_gate_and_the_facts_of_it(world, cast):
    draft, base, _, given = world
    newer = make_draft(6, 2, checklist=base.checklist, number="2026.3")
    for at, key in enumerate(("eu", "old", "aged"), 2):
        values = {"label": key, "text": f"{key}?", "kind": "yesno", "position": at}
        newer.facts.create(key=key, **values)
    implies = [{"fact": "aged", "value": "yes", "because": "Old is aged."}]
    newer.facts.filter(key="old").update(implies=implies)
    gate = {
        "key": "past",
        "title": "Past",
        "because": "The past is spared.",
        "all_but": ["Q1"],
        "rows": [
            {"when": {"old": "yes"}, "effect": "out", "because": "Spared."},
            {"effect": "binds", "because": "Bound."},
        ],
    }
    newer.gates = [gate]
    newer.save()
    newer.questions.filter(key="Q2").update(text="Newest of Q2?")
    newer = actions.publish(by=None, edition=newer)
    seen = content.content_hash(content.document(draft))
    event = publishing.merge(**given, newer_id=newer.pk, seen=seen, taken={"Q2"})
    draft.refresh_from_db()
    (brought,) = draft.gates
    assert (brought["questions"], "all_but" in brought) == (["Q2"], False)
    assert set(draft.facts.values_list("key", flat=True)) == {"data", "old", "aged"}
    editor_actions.undo(**given, seq=event.seq)
    draft.refresh_from_db()
    assert draft.gates is None
    assert set(draft.facts.values_list("key", flat=True)) == {"data"}


def test_every_field_of_an_edition_is_of_its_own_offered_or_named():
    own, offered = {"number", "release_notes"}, {"gates"}
    fields = {*content.EDITION, *content.EDITION_ALSO}
    assert BESIDE.keys() == fields - own - offered
