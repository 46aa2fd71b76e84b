"""Checklist editors keep the library: its next editions are made on screen, by two."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from compliance.content.checklists.actions import store_checklist
from compliance.content.publishing.actions import approve, retire
from compliance.content.publishing.actions.cloning import number_beside
from compliance.identity.organisations.actions import make_editor
from compliance.models import Edition, Membership, Theme
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import LIBRARY, Event
from tests.support.documents import document, question
from tests.support.editor_forms import url
from tests.support.page_text import flat


def seed(*asked, number):
    Theme.objects.get_or_create(key="t", defaults={"name": "T", "position": 1})
    found = document(asked, number=number)
    found["edition"]["release_notes"] = "Duties are new. Others are worded better."
    return store_checklist(by=None, theme="t", title="Privacy", summary="", document=found)


@pytest.fixture
def published(cast):
    """An edition of the library; Otto and Zoe, of another organisation, are editors."""
    for person in (cast.otto, cast.zoe):
        make_editor(by=None, email=person.email)
        person.refresh_from_db()
    return seed(question("Q1"), question("Q2"), number="2026.1")[0]


def path(edition, name, org="acme"):
    return url(name, edition, org)


@pytest.fixture
def draft(cast, sign_in, published):
    sign_in(cast.otto).post(path(published, "draft_next"))
    made = Edition.objects.get(status="draft")
    made.release_notes = "One is worded better. One is gone."
    made.save()
    return made


def publish(cast, sign_in, draft):
    sign_in(cast.otto).post(path(draft, "send"))
    return sign_in(cast.zoe).post(path(draft, "publish", "other"), follow=True)


def test_two_editors_publish_the_next_edition_for_everyone(cast, sign_in, published, draft):
    client = sign_in(cast.otto)
    assert "Draft: edition 2026.1.1" in flat(client.get(path(published, "detail")).text)
    assert "checklist editors" in flat(client.get(path(draft, "detail")).text)
    sent = {"section": "s1", "text": "Do you keep Q9?", "what": "question"}
    client.post(path(draft, "part_add"), sent)
    assert draft.questions.count() == 3
    client.post(path(draft, "send"))
    reply = client.post(path(draft, "publish"), follow=True)
    assert "a second person publishes it" in flat(reply.text)
    publish(cast, sign_in, draft)
    draft.refresh_from_db()
    published.refresh_from_db()
    assert (draft.status, draft.number) == ("published", "2026.1.1")
    assert published.status == "retired"
    events = Event.objects.filter(organisation_id=LIBRARY).order_by("seq")
    actions = [(event.action, event.actor) for event in events]
    assert actions[-2:] == [
        ("edition.retired", cast.zoe),
        ("edition.published", cast.zoe),
    ]
    assert verification.verify(LIBRARY) is None
    assert "2026.1.1" in sign_in(cast.rob).get("/o/acme/checklists/").text


def test_whoever_was_an_editor_when_the_request_began_publishes_nothing(cast, sign_in, draft):
    sign_in(cast.otto).post(path(draft, "send"))
    make_editor(by=None, email=cast.zoe.email, is_editor=False)
    with pytest.raises(PermissionDenied):
        approve(by=cast.zoe, organisation=None, edition_id=draft.pk)
    draft.refresh_from_db()
    assert draft.status == "review"


@pytest.mark.parametrize("name", ["send", "publish", "undo", "part_add", "question_save"])
def test_others_cannot_touch_a_draft_of_the_library(cast, sign_in, draft, name):
    assert sign_in(cast.ada).post(path(draft, name)).status_code == 404
    assert sign_in(cast.rob).post(path(draft, name)).status_code == 403
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_others_see_no_draft_of_the_library_and_start_none(cast, sign_in, published, draft):
    for person in (cast.ada, cast.rob):
        client = sign_in(person)
        assert draft.number not in client.get("/o/acme/checklists/").text
        assert client.get(path(draft, "detail")).status_code == 404
    assert sign_in(cast.ada).get(path(draft, "edit")).status_code == 404
    assert draft.number in sign_in(cast.otto).get("/o/acme/checklists/").text
    assert sign_in(cast.zoe).get(path(draft, "edit", "other")).status_code == 200
    draft.delete()
    assert sign_in(cast.ada).post(path(published, "draft_next")).status_code == 404
    assert not Edition.objects.filter(status="draft").exists()


def test_only_editors_are_offered_to_start_the_next_edition(cast, sign_in, published):
    url = path(published, "detail")
    assert "Start the next edition" in sign_in(cast.otto).get(url).text
    assert "Start the next edition" not in sign_in(cast.ada).get(url).text
    assert "Make our own copy" in sign_in(cast.otto).get(url).text


def test_editor_keeps_nothing_of_another_organisation(cast, sign_in, published):
    own = sign_in(cast.zoe)
    own.post(path(published, "clone", "other"))
    theirs = Edition.objects.get(checklist__organisation=cast.other)
    for name in ("edit", "detail"):
        assert sign_in(cast.otto).get(path(theirs, name)).status_code == 404
    assert sign_in(cast.otto).post(path(theirs, "send")).status_code == 404


def test_only_editor_of_all_publishes_alone_and_the_trail_says_so(cast, sign_in, draft):
    make_editor(by=None, email=cast.zoe.email, is_editor=False)
    client = sign_in(cast.otto)
    client.post(path(draft, "send"))
    client.post(path(draft, "publish"))
    event = Event.objects.get(action="edition.published", subject_id=str(draft.pk))
    assert trail.changes(event)[1]["alone"] is True


@pytest.mark.parametrize("role", [None, "reader"])
def test_editor_who_comes_to_no_page_of_the_library_is_not_waited_for(cast, sign_in, draft, role):
    cast.zoe.memberships.all().delete()
    if role:
        Membership.objects.create(organisation=cast.acme, user=cast.zoe, role=role)
        assert sign_in(cast.zoe).get(path(draft, "check")).status_code == 403
    client = sign_in(cast.otto)
    client.post(path(draft, "send"))
    client.post(path(draft, "publish"))
    event = Event.objects.get(action="edition.published", subject_id=str(draft.pk))
    assert trail.changes(event)[1]["alone"] is True


def test_seeds_take_the_place_of_nothing_that_editors_published(cast, sign_in, published, draft):
    publish(cast, sign_in, draft)
    stands = (published, False)
    assert seed(question("Q1"), question("Q2"), number="2026.1") == stands
    edition, is_changed = seed(question("Q1"), number="2026.2")
    assert (edition.status, is_changed) == ("draft", True)
    assert seed(question("Q1"), number="2026.2") == (edition, False)
    draft.refresh_from_db()
    assert draft.status == "published"


def test_seeds_do_not_offer_again_what_editors_retired(cast, sign_in, published, draft):
    publish(cast, sign_in, draft)
    retire(by=cast.otto, organisation=None, edition_id=draft.pk, reason="Wrong.")
    edition, is_changed = seed(question("Q1"), number="2026.2")
    assert (edition.status, is_changed) == ("draft", True)
    assert not Edition.objects.published().exists()


def test_number_of_editors_fits_below_a_long_one():
    long = "v2026-01-15-final-r1"
    assert number_beside(long, []) == "v2026-01-15-final-.1"
    taken = [f"v2026-01-15-final-.{at}" for at in range(1, 10)]
    assert number_beside(long, taken) == "v2026-01-15-final.10"


def test_numbers_of_editors_stand_below_those_of_seeds():
    assert number_beside("2026.1", []) == "2026.1.1"
    assert number_beside("2026.1.1", ["2026.1.2"]) == "2026.1.3"
    assert number_beside("7", []) == "7.1"


def test_editors_see_who_edits_the_library_and_how_one_is_added(cast, sign_in, published):
    make_editor(by=None, email=cast.zoe.email, is_editor=False)
    make_editor(by=None, email=cast.zoe.email)
    link = reverse("checklists:editors", args=["acme"])
    otto = sign_in(cast.otto)
    assert link in otto.get("/o/acme/checklists/").text
    page = otto.get(link)
    since = {row.person: row.since for row in page.context["editors"]}
    made = Event.objects.filter(action="editor.made").order_by("seq")
    assert since == {cast.otto: made[0].at, cast.zoe: made[2].at}
    said = flat(page.text)
    assert "2 editors" in said
    assert cast.zoe.email in said
    assert "manage.py make_editor" in said


def test_only_editor_reads_what_that_means(cast, sign_in, published):
    make_editor(by=None, email=cast.zoe.email, is_editor=False)
    said = flat(sign_in(cast.otto).get(reverse("checklists:editors", args=["acme"])).text)
    assert "1 editor<" in said
    assert "may also publish an edition they sent to review; the trail says so" in said
    assert cast.zoe.email not in said


def test_who_left_the_installation_is_no_editor(cast, sign_in, published):
    cast.zoe.is_active = False
    cast.zoe.save()
    page = sign_in(cast.otto).get(reverse("checklists:editors", args=["acme"]))
    assert [row.person for row in page.context["editors"]] == [cast.otto]


def test_others_do_not_see_who_edits_the_library(cast, sign_in, published):
    link = reverse("checklists:editors", args=["acme"])
    ada = sign_in(cast.ada)
    assert ada.get(link).status_code == 403
    assert link not in ada.get("/o/acme/checklists/").text
    assert sign_in(cast.zoe).get(link).status_code == 404
