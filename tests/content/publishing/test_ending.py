"""A draft thrown away, and an edition retired without one that follows it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse

from compliance.content.checklists import actions, content
from compliance.content.editor import actions as editor
from compliance.content.publishing import actions as publishing
from compliance.models import Checklist, Edition, Membership, Question
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError
from compliance.work.assessments.actions import start
from tests.support.editor_forms import url
from tests.support.factories import (
    begin_chains,
    make_assessment,
    make_checklist,
    make_draft,
    make_edition,
    publish,
)


@pytest.fixture
def own(cast):
    return make_checklist("own", cast.acme)


@pytest.fixture
def ada(cast, sign_in_freshly):
    return sign_in_freshly(cast.ada)


def given(cast, edition):
    return {"by": cast.ada, "organisation": cast.acme, "edition_id": edition.pk}


def seen(edition):
    return content.content_hash(content.document(edition))


def discard(cast, draft, **more):
    return publishing.discard(**given(cast, draft), seen=seen(draft), **more)


def press(client, draft):
    """Ask for the page and press its button."""
    page = client.get(url("discard", draft))
    fields = {"seen": page.context["form"]["seen"].value()}
    return client.post(url("discard", draft), fields, follow=True)


def test_only_draft_goes_with_its_checklist_and_the_key_is_free(ada, cast, own):
    draft = make_draft(questions=3, checklist=own)
    page = ada.get(url("discard", draft)).content.decode()
    assert "with 3 questions" in page
    assert "its key <code>own</code> is free" in page
    page = press(ada, draft).content.decode()
    assert "is thrown away." in page
    assert not Edition.objects.exists()
    assert not Checklist.objects.exists()
    assert not Question.objects.exists()
    again = make_draft(checklist=make_checklist("own", cast.acme))
    assert again.pk != draft.pk


def test_discarding_is_one_event_that_says_what_went_and_the_trail_holds(cast, own):
    draft = make_draft(questions=2, checklist=own)
    hashed = seen(draft)
    event = discard(cast, draft)
    assert [row.pk for row in Event.objects.all()] == [event.pk]
    assert (event.action, event.subject_id) == ("edition.discarded", str(draft.pk))
    assert trail.changes(event) == (
        {
            "number": "2026.1",
            "checklist": "own",
            "title": own.title,
            "questions": ["Q1", "Q2"],
            "content_hash": hashed,
        },
        {"checklist_discarded": True},
    )
    begin_chains()
    call_command("verify_trail")


def test_draft_beside_a_published_edition_goes_alone(ada, cast, own):
    published = publish(make_draft(checklist=own))
    draft = publishing.draft_next(**given(cast, published))
    added = editor.add_question(**given(cast, draft), section="s1", text="More?")
    key = trail.changes(added)[1]["key"]
    page = ada.get(url("discard", draft)).content.decode()
    assert f'Other editions of <bdi class="strong">{own.title}</bdi> stay' in page
    press(ada, draft)
    assert list(Edition.objects.all()) == [published]
    again = publishing.draft_next(**given(cast, published))
    assert again.number == draft.number
    more = editor.add_question(**given(cast, again), section="s1", text="Other?")
    assert trail.changes(more)[1]["key"] != key


@pytest.mark.parametrize("is_undone", [False, True])
def test_what_was_merged_into_a_discarded_draft_is_offered_again(cast, is_undone):
    original = make_checklist("law")
    base = publish(make_draft(checklist=original))
    own = publishing.clone(**given(cast, base))
    actions.publish(by=cast.ada, edition=own)
    newer = make_draft(checklist=original, number="2026.2")
    newer.questions.filter(key="Q1").update(text="Theirs?")
    actions.publish(by=None, edition=newer)
    draft = publishing.draft_next(**given(cast, own))
    merged = publishing.merge(**given(cast, draft), newer_id=newer.pk, seen=seen(draft), taken={"Q1"})
    if is_undone:
        editor.undo(**given(cast, draft), seq=merged.seq)
    event = discard(cast, draft)
    checklist = Checklist.objects.get(pk=own.checklist_id)
    assert checklist.cloned_from == base
    assert content.newer_original(checklist) == newer
    assert trail.changes(event)[1] == ({} if is_undone else {"cloned_from": "2026.1"})
    begin_chains()
    call_command("verify_trail")


def test_draft_that_somebody_worked_on_since_stays(ada, cast, own):
    draft = make_draft(checklist=own)
    shown = seen(draft)
    editor.add_question(**given(cast, draft), section="s1", text="Meanwhile?")
    page = ada.post(url("discard", draft), {"seen": shown}, follow=True)
    assert "has been changed since; look at it again." in page.content.decode()
    assert Edition.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("status", ["review", "published", "retired"])
def test_nothing_but_a_draft_is_thrown_away(ada, cast, own, status):
    edition = make_draft(checklist=own)
    if status == "review":
        publishing.send_to_review(**given(cast, edition))
    else:
        publish(edition)
    if status == "retired":
        publishing.retire(**given(cast, edition), reason="Done.")
    hashed = seen(edition)
    assert ada.get(url("discard", edition)).status_code == 302
    ada.post(url("discard", edition), {"seen": hashed})
    assert Edition.objects.filter(pk=edition.pk, status=status).exists()
    with pytest.raises(RefusedError):
        publishing.discard(**given(cast, edition), seen=hashed)


def test_whoever_lost_the_right_while_the_request_waited_ends_nothing(cast, own):
    draft = make_draft(checklist=own)
    published = publish(make_draft(checklist=own, number="2026.2"))
    Membership.objects.filter(user=cast.ada).delete()
    with pytest.raises(PermissionDenied):
        discard(cast, draft)
    with pytest.raises(PermissionDenied):
        publishing.retire(**given(cast, published), reason="Done.")
    statuses = Edition.objects.order_by("number").values_list("status", flat=True)
    assert [*statuses] == ["draft", "published"]


def test_drafts_of_others_are_not_there(ada, cast):
    library = make_draft()
    assert ada.get(url("discard", library)).status_code == 404
    with pytest.raises(Edition.DoesNotExist):
        discard(cast, library)


@pytest.mark.slow
def test_retired_edition_starts_nothing_and_running_work_goes_on(ada, cast, own):
    edition = publish(make_draft(checklist=own))
    running = make_assessment(cast.acme, cast.otto, edition=edition)
    page = ada.get(url("retire", edition)).content.decode()
    assert "1 running assessment" in page
    assert ada.post(url("retire", edition), {"reason": ""}).status_code == 422
    before = Event.objects.count()
    page = ada.post(url("retire", edition), {"reason": "Superseded."}, follow=True)
    assert "is retired." in page.content.decode()
    assert "Retired: no assessment can start on it" in page.content.decode()
    assert Event.objects.count() == before + 1
    assert trail.changes(Event.objects.latest("pk")) == (
        {"status": "published"},
        {
            "status": "retired",
            "number": "2026.1",
            "reason": "Superseded.",
            "followed": False,
        },
    )
    assert not content.on_offer(cast.acme).filter(pk=edition.pk).exists()
    with pytest.raises(ValidationError):
        start(
            by=cast.otto,
            organisation=cast.acme,
            edition=edition,
            subject="New",
            facts={},
            period_from=date(2026, 1, 1),
            period_to=date(2026, 12, 31),
        )
    path = reverse("workspace:detail", args=["acme", running.pk])
    assert ada.get(path).status_code == 200
    begin_chains()
    call_command("verify_trail")


def test_retired_checklist_is_found_and_taken_up_by_its_next_edition(ada, cast, own):
    edition = publish(make_draft(checklist=own))
    publishing.retire(**given(cast, edition), reason="For now.")
    page = ada.get(reverse("checklists:list", args=["acme"])).content.decode()
    assert "Retired checklists: 1" in page
    assert "Start the next edition" in ada.get(url("detail", edition)).content.decode()
    draft = publishing.draft_next(**given(cast, edition))
    assert [q.key for q in draft.questions.all()] == ["Q1", "Q2", "Q3"]
    publish(draft)
    page = ada.get(reverse("checklists:list", args=["acme"])).content.decode()
    assert "Retired checklists" not in page
    with pytest.raises(RefusedError, match="start from the newest one"):
        publishing.draft_next(**given(cast, edition))


def test_only_a_published_edition_of_ones_own_retires(ada, cast, own):
    draft = make_draft(checklist=own)
    with pytest.raises(RefusedError, match="only a published one retires"):
        publishing.retire(**given(cast, draft), reason="No.")
    assert ada.get(url("retire", draft)).status_code == 302
    library = make_edition()
    assert ada.get(url("retire", library)).status_code == 302
    assert ada.post(url("retire", library), {"reason": "No."}).status_code == 404


def test_discarding_that_is_sent_twice_is_said_again(ada, cast, own, sign_in_freshly):
    draft = make_draft(questions=3, checklist=own)
    fields = {"seen": seen(draft)}
    for _ in range(2):
        page = ada.post(url("discard", draft), fields, follow=True)
        assert (page.status_code, f"{draft} is thrown away." in page.text) == (
            200,
            True,
        )
    assert Event.objects.filter(action="edition.discarded").count() == 1
    other = sign_in_freshly(cast.otto).post(url("discard", draft), fields)
    assert other.status_code == 404
