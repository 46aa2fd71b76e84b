"""From draft to published: checked, sent, sent back, approved by somebody else."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from compliance.content.checklists import content
from compliance.content.editor import actions as editor
from compliance.content.publishing import actions as publishing
from compliance.models import Membership, Question
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError
from tests.support.editor_forms import url
from tests.support.factories import (
    make_assessment,
    make_checklist,
    make_draft,
    make_edition,
)


@pytest.fixture
def draft(cast):
    return make_draft(checklist=make_checklist("own", cast.acme))


@pytest.fixture
def given(cast, draft):
    return {"organisation": cast.acme, "edition_id": draft.pk}


def actions_in_trail():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def test_what_one_sent_another_publishes(cast, draft, given):
    publishing.send_to_review(by=cast.ada, **given)
    with pytest.raises(RefusedError, match="a second person publishes"):
        publishing.approve(by=cast.ada, **given)
    edition = publishing.approve(by=cast.otto, **given)
    assert edition.status == "published"
    assert actions_in_trail() == ["edition.sent", "edition.published"]
    after = trail.changes(Event.objects.order_by("seq").last())[1]
    assert (after["sent_by"], after["alone"]) == (cast.ada.pk, False)
    assert edition.content_hash == content.content_hash(content.document(edition))


def test_whoever_is_alone_publishes_alone_and_the_trail_says_so(cast, draft, given):
    Membership.objects.filter(user=cast.otto).delete()
    publishing.send_to_review(by=cast.ada, **given)
    publishing.approve(by=cast.ada, **given)
    assert trail.changes(Event.objects.order_by("seq").last())[1]["alone"] is True


def test_whoever_lost_the_right_while_the_request_waited_publishes_nothing(cast, draft, given):
    publishing.send_to_review(by=cast.ada, **given)
    Membership.objects.filter(user=cast.otto).update(role="contributor")
    with pytest.raises(PermissionDenied):
        publishing.approve(by=cast.otto, **given)
    draft.refresh_from_db()
    assert draft.status == "review"


def test_nobody_publishes_a_draft_that_was_not_sent(cast, draft, given):
    with pytest.raises(RefusedError, match="not in review"):
        publishing.approve(by=cast.otto, **given)


def test_nothing_changes_in_review_not_even_below_the_app(cast, draft, given):
    publishing.send_to_review(by=cast.ada, **given)
    with pytest.raises(RefusedError, match="in review and can"):
        editor.add_section(by=cast.ada, **given, title="Late")
    with pytest.raises(DatabaseError), transaction.atomic():
        Question.objects.filter(edition=draft).update(text="Late?")


def test_sent_back_is_a_draft_again_with_the_reason_on_the_trail(cast, draft, given):
    publishing.send_to_review(by=cast.ada, **given)
    publishing.send_back(by=cast.otto, **given, reason="Q2 asks two things.")
    draft.refresh_from_db()
    assert (draft.status, draft.sent_by, draft.sent_at) == ("draft", None, None)
    assert trail.changes(Event.objects.order_by("seq").last()) == (
        {"status": "review"},
        {"status": "draft", "reason": "Q2 asks two things."},
    )
    editor.add_section(by=cast.ada, **given, title="More")


def test_open_points_block_sending(cast, draft, given):
    draft.questions.filter(key="Q2").update(rule={"gone": "yes"})
    with pytest.raises(RefusedError, match="Q2: Its rule cannot be read"):
        publishing.send_to_review(by=cast.ada, **given)
    assert actions_in_trail() == []


def test_publishing_retires_the_one_before_and_leaves_assessments_on_it(cast):
    own = make_checklist("own", cast.acme)
    old = make_edition(checklist=own)
    running = make_assessment(cast.acme, cast.ada, old)
    given = {"organisation": cast.acme}
    draft = publishing.draft_next(by=cast.ada, **given, edition_id=old.pk)
    given["edition_id"] = draft.pk
    values = {"number": draft.number, "release_notes": "One is new. Two are old."}
    editor.save_head(by=cast.ada, **given, version=0, values=values)
    publishing.send_to_review(by=cast.ada, **given)
    publishing.approve(by=cast.otto, **given)
    old.refresh_from_db()
    running.refresh_from_db()
    assert (old.status, running.edition_id) == ("retired", old.pk)


def test_check_list_links_to_what_is_open(cast, draft, sign_in):
    ada = sign_in(cast.ada)
    draft.questions.filter(key="Q2").update(rule={"gone": "yes"})
    draft.questions.filter(key="Q3").update(good=[])
    text = ada.get(url("check", draft)).text
    assert f'href="{url("edit", draft)}?question=Q2"' in text
    assert f'href="{url("edit", draft)}?question=Q3"' in text
    assert 'aria-disabled="true"' in text
    assert "Q2: Its rule" in ada.post(url("send", draft), follow=True).text


def test_pages_lead_from_draft_to_published(cast, draft, sign_in):
    ada, otto = sign_in(cast.ada), sign_in(cast.otto)
    assert "is in review" in ada.post(url("send", draft), follow=True).text
    assert "a second person publishes it" in ada.get(url("check", draft)).text
    assert ada.get(url("edit", draft)).status_code == 302
    refused = otto.post(url("send_back", draft), {})
    assert (refused.status_code, "Not saved yet" in refused.text) == (422, True)
    back = otto.post(url("send_back", draft), {"reason": "Too long."}, follow=True)
    assert "is a draft again" in back.text
    ada.post(url("send", draft))
    assert "is published" in otto.post(url("publish", draft), follow=True).text
    draft.refresh_from_db()
    assert draft.status == "published"
    assert otto.get(url("check", draft)).url == url("detail", draft)


def test_step_that_is_sent_twice_is_said_again(cast, draft, sign_in_freshly):
    """Unless somebody else has taken the next step since."""
    ada, otto = map(sign_in_freshly, (cast.ada, cast.otto))
    steps = (
        (ada, "send", {}, "is in review"),
        (otto, "send_back", {"reason": "Too long."}, "is a draft again"),
        (ada, "send", {}, "is in review"),
        (otto, "publish", {}, "is published"),
        (ada, "retire", {"reason": "Wrong."}, "is retired"),
    )
    for client, name, data, said in steps:
        for _ in range(2):
            assert said in client.post(url(name, draft), data, follow=True).text
    assert Event.objects.filter(action="edition.sent").count() == 2
    late = ada.post(url("send", draft), follow=True).text
    assert "can no longer change" in late


def test_what_was_changed_and_sent_again_is_not_published_unseen(cast, draft, given, sign_in):
    otto = sign_in(cast.otto)
    publishing.send_to_review(by=cast.ada, **given)
    page = otto.get(url("check", draft))
    [shown] = re.findall(r'name="seen" value="([^"]+)"', page.text)
    publishing.send_back(by=cast.ada, **given, reason="Not yet.")
    editor.save_question(by=cast.ada, **given, key="Q1", values={"text": "Unseen?"})
    publishing.send_to_review(by=cast.ada, **given)
    reply = otto.post(url("publish", draft), {"seen": shown}, follow=True)
    assert "sent back and sent to review again since" in reply.text
    draft.refresh_from_db()
    assert draft.status == "review"
    [shown] = re.findall(r'name="seen" value="([^"]+)"', reply.text)
    reply = otto.post(url("publish", draft), {"seen": shown}, follow=True)
    assert "is published" in reply.text


def test_edition_in_review_waits_for_the_others_who_may_publish(cast, draft, sign_in):
    ada, otto = sign_in(cast.ada), sign_in(cast.otto)
    ada.post(url("send", draft))
    waits = f"edition {draft.number} waits to be published"
    assert waits in otto.get("/o/acme/").text
    assert f'href="{url("check", draft)}"' in otto.get("/o/acme/").text
    for person in (cast.ada, cast.rev, cast.con):
        assert waits not in sign_in(person).get("/o/acme/").text
    assert waits not in sign_in(cast.zoe).get("/o/other/").text
    otto.post(url("publish", draft))
    assert waits not in otto.get("/o/acme/").text


def test_own_copy_has_a_name_of_its_own(cast, sign_in):
    ada, source = sign_in(cast.ada), make_edition()
    page = ada.get(url("detail", source)).text
    assert f'value="{source.checklist.title}, Acme"' in page
    refused = ada.post(url("clone", source), {"title": "a\nb"})
    assert refused.status_code == 422
    assert 'value="a\nb"' in refused.text
    assert 'id="copy-fault"' in refused.text
    assert cast.acme.checklists.count() == 0
    done = ada.post(url("clone", source), {"title": "Privacy at Acme"}, follow=True)
    assert "“Privacy at Acme” is your own copy." in done.text
    assert cast.acme.checklists.get().title == "Privacy at Acme"


def test_edition_in_review_is_shown_to_editors_only(cast, draft, given, sign_in):
    publishing.send_to_review(by=cast.ada, **given)
    assert sign_in(cast.otto).get(url("detail", draft)).status_code == 200
    assert sign_in(cast.rob).get(url("detail", draft)).status_code == 404
    assert sign_in(cast.zoe).get(url("detail", draft, "other")).status_code == 404
    for name in ("publish", "send_back"):
        data = {"reason": "No."}
        assert sign_in(cast.zoe).post(url(name, draft, "other"), data).status_code == 404
        assert sign_in(cast.rev).post(url(name, draft), data).status_code == 403


def test_clone_and_next_draft_are_one_button_each(cast, sign_in):
    ada, source = sign_in(cast.ada), make_edition()
    assert "Make our own copy" in ada.get(url("detail", source)).text
    assert "Make our own copy" not in sign_in(cast.rob).get(url("detail", source)).text
    edit = ada.post(url("clone", source)).url
    assert ada.get(edit).status_code == 200
    assert ada.post(url("clone", source)).url == edit  # the press is sent twice
    again = sign_in(cast.otto).post(url("clone", source), follow=True).text
    assert "its own checklist" in again
    assert "Our own copy" in again
    own = make_edition(checklist=make_checklist("own", cast.acme))
    assert "Start the next edition" in ada.get(url("detail", own)).text
    for _ in range(2):
        edit = ada.post(url("draft_next", own), follow=True).text
        assert "Edition 2026.2 is a draft now" in edit
    assert own.checklist.editions.count() == 2
