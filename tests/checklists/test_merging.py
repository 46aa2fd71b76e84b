"""The original has a newer edition: theirs or ours, question by question."""

import pytest
from django.urls import reverse

from compliance.audit import trail
from compliance.audit.models import Event
from compliance.checklists import actions, content
from compliance.checklists.merged import merge, offers
from tests.factories import make_checklist, make_draft, make_question, publish


def url(name, edition, org="acme"):
    return reverse(f"checklists:{name}", args=[org, edition.pk])


@pytest.fixture
def world(cast):
    """An original of six questions, cloned; and its next edition, published.

    The newer edition rewords Q1 and Q2, drops Q3, adds Q7 with a new fact, moves Q6.
    Ours has changed Q2 and Q3, and has OWN-1.
    """
    original = make_checklist("law")
    base = publish(make_draft(6, 2, checklist=original))
    draft = actions.clone(by=cast.ada, organisation=cast.acme, edition_id=base.pk)
    draft.questions.filter(key="Q2").update(text="Ours of Q2?")
    draft.questions.filter(key="Q3").update(text="Ours of Q3?")
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    actions.add_question(**given, section="s1", text="Our own?")
    newer = make_draft(6, 2, checklist=original, number="2026.2")
    newer.questions.filter(key__in=["Q1", "Q2"]).update(text="Theirs?")
    newer.questions.get(key="Q3").delete()
    newer.facts.create(
        key="eu", label="EU", text="In the EU?", kind="yesno", position=2
    )
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
    return actions.merge(**given, **values)


def test_offers_say_what_changed_there_and_here(world):
    draft, base, newer, _ = world
    found = offers(*(content.document(e) for e in (base, newer, draft)))
    told = {one.item.key: one.is_ours for one in found.questions}
    assert told == {"Q6": False, "Q1": False, "Q2": True, "Q3": True, "Q7": False}
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
    assert (was, now["cloned_from"]) == ({"cloned_from": base.number}, newer.number)
    assert now["ours"] == ["Q6", "Q1", "Q2", "Q3", "Q7", "fact:eu"]
    with pytest.raises(actions.RefusedError, match="no newer edition"):
        take(world)


def test_all_taken_is_the_newer_edition_with_our_own_beside(world):
    draft, _, newer, _ = world
    take(world, "Q1", "Q2", "Q3", "Q6", "Q7", "fact:eu")
    own, theirs = texts(draft), texts(newer)
    assert own.pop("OWN-1") == "Our own?"
    assert own == theirs


def test_question_that_we_removed_can_come_back(world):
    draft, _, _, given = world
    actions.remove_question(**given, key="Q1")
    take(world, "Q1")
    assert texts(draft)["Q1"] == "Theirs?"


def test_choice_on_another_state_is_stale_and_changes_nothing(world):
    draft, _, newer, _ = world
    seen = content.content_hash(content.document(draft))
    draft.questions.filter(key="Q1").update(text="Just now?")
    with pytest.raises(actions.StaleError):
        take(world, "Q1", seen=seen)
    with pytest.raises(actions.StaleError):
        take(world, "Q1", newer_id=newer.pk + 1)
    assert texts(draft)["Q1"] == "Just now?"


def test_editor_that_was_open_before_the_merge_is_told(world):
    draft, _, _, given = world
    version = draft.questions.get(key="Q1").version
    take(world, "Q1")
    with pytest.raises(actions.StaleError):
        actions.save_question(
            **given, key="Q1", version=version, values={"text": "Over it?"}
        )


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
    assert ada.post(url("merge", draft), data).url == url("edit", draft)
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
def test_merge_page_costs_the_same_in_a_long_list(
    questions, cast, sign_in, django_assert_max_num_queries
):
    original = make_checklist("law")
    base = publish(make_draft(questions, 2, checklist=original))
    draft = actions.clone(by=cast.ada, organisation=cast.acme, edition_id=base.pk)
    newer = make_draft(questions, 2, checklist=original, number="2026.2")
    newer.questions.update(text="Theirs?")
    actions.publish(by=None, edition=newer)
    ada = sign_in(cast.ada)
    ada.get(url("merge", draft))
    with django_assert_max_num_queries(27):
        assert ada.get(url("merge", draft)).text.count("take:Q") == 2 * questions
