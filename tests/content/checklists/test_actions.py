"""Publishing freezes a draft, retires what was before, and is on the trail."""

import pytest

from compliance.content.checklists import actions, content
from compliance.models import Checklist, Edition
from compliance.proof.audit import trail
from compliance.proof.audit.models import LIBRARY, Event
from compliance.proof.audit.refusals import RefusedError
from tests.support.factories import make_checklist, make_draft, make_provision, make_question

pytestmark = pytest.mark.django_db


def make_document(number="2026.1", **fields):
    """A document of an edition, made from the rows of another one."""
    draft = make_draft(questions=2)
    document = content.document(draft)
    document["edition"]["number"] = number
    document["checklist"] = "lists"
    document["sections"][0]["questions"][0].update(fields)
    draft.delete()
    return document


def store(document, by=None, organisation=None):
    return actions.store_checklist(
        by=by,
        theme="privacy",
        title="Lists",
        summary="",
        document=document,
        organisation=organisation,
    )


def test_publish_freezes_and_hashes(cast):
    draft = make_draft()
    edition = actions.publish(by=cast.ada, edition=draft)
    draft.refresh_from_db()
    assert draft.status == "published"
    assert draft.content_hash == content.content_hash(content.document(draft))
    event = Event.objects.get()
    assert (event.organisation_id, event.actor, event.action, event.subject_id) == (
        LIBRARY,
        cast.ada,
        "edition.published",
        str(edition.pk),
    )
    assert trail.changes(event) == (
        {"status": "draft"},
        {"status": "published", "number": "2026.1", "content_hash": draft.content_hash},
    )


def test_publish_retires_the_edition_before():
    checklist = make_checklist()
    old = actions.publish(by=None, edition=make_draft(checklist=checklist))
    actions.publish(by=None, edition=make_draft(checklist=checklist, number="2026.2"))
    old.refresh_from_db()
    assert old.status == "retired"


@pytest.mark.parametrize(("times", "state"), [(1, "published"), (2, "retired")])
def test_publish_refuses_what_is_no_draft(times, state):
    checklist = make_checklist()
    edition = actions.publish(by=None, edition=make_draft(checklist=checklist))
    for number in range(2, times + 1):
        draft = make_draft(checklist=checklist, number=f"2026.{number}")
        actions.publish(by=None, edition=draft)
    before = Event.objects.count()
    with pytest.raises(RefusedError, match=f"^Edition 2026.1 is {state} already$"):
        actions.publish(by=None, edition=edition)
    assert Event.objects.count() == before


def test_publish_refuses_an_edition_that_asks_nothing():
    draft = make_draft()
    draft.questions.all().delete()
    with pytest.raises(RefusedError, match=r"^Edition 2026.1 has no questions yet$"):
        actions.publish(by=None, edition=draft)
    assert not Event.objects.exists()


def test_own_checklist_of_an_organisation_is_on_its_own_trail(cast):
    edition, _ = store(make_document(), by=cast.ada, organisation=cast.acme)
    assert edition.checklist.organisation == cast.acme
    assert set(Event.objects.values_list("organisation_id", "action")) == {
        (cast.acme.pk, "checklist.added"),
        (cast.acme.pk, "edition.published"),
    }


def test_same_key_in_library_and_organisation_are_two_checklists(cast):
    store(make_document())
    store(make_document(), by=cast.ada, organisation=cast.acme)
    assert Checklist.objects.filter(key="lists").count() == 2


def test_unknown_citation_leaves_nothing_behind():
    document = make_document(cites=["Law Art. 999"])
    before = Checklist.objects.count()
    with pytest.raises(RefusedError, match=r"^Law Art. 999 is not in the legal index$"):
        store(document)
    assert (Checklist.objects.count(), Edition.objects.count()) == (before, 0)
    assert not Event.objects.exists()


def test_citations_keep_their_order():
    cites = [make_provision().cite for _ in range(3)][::-1]
    edition, _ = store(make_document(cites=cites))
    question = edition.questions.first()
    assert [c.provision.cite for c in question.citations.all()] == cites


def test_draft_of_the_same_number_is_in_the_way():
    checklist = make_checklist(key="lists")
    make_draft(checklist=checklist)
    with pytest.raises(RefusedError, match="is a draft here; publish it or raise"):
        store(make_document())


def test_mappings_come_back_in_the_order_they_are_kept():
    rule = {"data": "health", "any": [{"role": "a", "data": "b"}]}
    kept = content.as_kept(rule)
    assert list(kept) == ["any", "data"]
    edition, _ = store(make_document(rule=rule))
    assert list(edition.questions.first().rule) == ["any", "data"]


def test_every_change_of_content_changes_the_hash():
    draft = make_draft()
    section = draft.sections.get()
    before = content.content_hash(content.document(draft))
    make_question(draft, section, 9).save()
    after = content.content_hash(content.document(draft))
    draft.questions.filter(position=9).update(remedy="Begin.")
    assert len({before, after, content.content_hash(content.document(draft))}) == 3
