"""Starting: facts, what applies and why, and facts that change later."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.models import Answer, Assessment, Edition, Fact
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from tests.support.factories import (
    make_checklist,
    make_draft,
    make_edition,
    make_question,
    publish,
)
from tests.support.page_text import flat


@pytest.fixture
def edition(db):
    """Q1 always, Q2 with health data, Q3 from 2099 on, Q4 without data of children."""
    draft = make_draft(questions=1)
    section = draft.sections.get()
    make_question(draft, section, 2, rule={"data": ["health"]}).save()
    make_question(draft, section, 3, applies_from=[{"date": "2099-01-01"}]).save()
    make_question(draft, section, 4, rule={"not": {"data": "children"}}).save()
    return publish(draft)


def start(cast, edition, facts, **fields):
    values = {
        "subject": "Acme",
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
    }
    return actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=edition,
        facts=facts,
        **(values | fields),
    )


def applying(assessment):
    rows = assessment.answers.filter(applies=True).order_by("question__position")
    return list(rows.values_list("question__key", flat=True))


def test_form_that_is_sent_twice_starts_once(cast, edition, sign_in, settings):
    settings.ORGANISATION_ASSESSMENTS = 2
    otto = sign_in(cast.otto)
    where = reverse("scoping:start", args=["acme", edition.pk])
    form = {"subject": "Acme", "period_from": "2026-01-01", "period_to": "2026-12-31"}
    form |= {"data": "health"}
    first, again = (otto.post(where, form | {"sending": "17-1"}) for _ in range(2))
    assert (again.status_code, again.url) == (302, first.url)
    assert otto.post(where, form | {"sending": "17-2"}).url != first.url
    assert otto.post(where, form | {"sending": "17-1"}).url == first.url
    assert Assessment.objects.count() == Event.objects.count() == 2


def test_start_makes_an_answer_for_every_question_and_one_event(cast, edition):
    assessment = start(cast, edition, {"data": []})
    assert assessment.answers.count() == 4
    assert applying(assessment) == ["Q1", "Q3", "Q4"]
    event = Event.objects.get()
    assert (event.action, event.actor) == ("assessment.started", cast.otto)
    assert trail.changes(event)[1]["content_hash"] == edition.content_hash


@pytest.mark.parametrize(
    ("facts", "keys"),
    [
        ({"data": ["health"]}, ["Q1", "Q2", "Q3", "Q4"]),
        ({"data": ["children"]}, ["Q1", "Q3"]),
        ({"data": None}, ["Q1", "Q2", "Q3", "Q4"]),
        ({}, ["Q1", "Q2", "Q3", "Q4"]),
    ],
)
def test_facts_decide_what_applies_and_the_unknown_keeps_it_in(cast, edition, facts, keys):
    assert applying(start(cast, edition, facts)) == keys


def test_facts_that_change_lose_no_answer(cast, edition):
    assessment = start(cast, edition, {"data": ["health"]})
    answer = assessment.answers.get(question__key="Q2")
    actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        changes={"verdict": "met", "note": "Kept"},
        base=0,
    )
    moved = actions.change_facts(by=cast.otto, assessment=assessment, facts={"data": []})
    assert (moved, applying(assessment)) == (1, ["Q1", "Q3", "Q4"])
    gone = Answer.objects.get(pk=answer.pk)
    assert (gone.applies, gone.verdict, gone.note) == (False, "met", "Kept")
    actions.change_facts(by=cast.otto, assessment=assessment, facts={"data": ["health"]})
    back = Answer.objects.get(pk=answer.pk)
    assert (back.applies, back.verdict, back.note) == (True, "met", "Kept")


def test_facts_that_do_not_change_leave_no_event(cast, edition):
    assessment = start(cast, edition, {"data": ["health"]})
    assert actions.change_facts(by=cast.otto, assessment=assessment, facts={"data": ["health"]}) == 0
    assert Event.objects.count() == 1


@pytest.mark.parametrize("facts", [{"size": ["small"]}, {"data": ["gold"]}])
def test_facts_nobody_asked_for_are_refused(cast, edition, facts):
    with pytest.raises(ValidationError):
        start(cast, edition, facts)
    assert not Assessment.objects.exists()
    assert not Event.objects.exists()


def test_period_that_ends_before_it_begins_is_refused(cast, edition):
    with pytest.raises(ValidationError, match="ends before it begins"):
        start(cast, edition, {}, period_to=date(2025, 1, 1))
    assert not Assessment.objects.exists()


def test_draft_cannot_be_started(cast):
    with pytest.raises(ValidationError, match="not open"):
        start(cast, make_draft(), {})


def form(**fields):
    return {
        "subject": "Acme",
        "period_from": "2026-01-01",
        "period_to": "2026-12-31",
        "data": ["health"],
    } | fields


def test_page_starts_an_assessment(cast, sign_in, edition):
    address = reverse("scoping:start", args=["acme", edition.pk])
    client = sign_in(cast.otto)
    assert "What are you assessing?" in client.get(address).content.decode()
    reply = client.post(address, form())
    assessment = Assessment.objects.get()
    assert reply.url == assessment.get_absolute_url()
    assert assessment.facts == {"data": ["health"]}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": ""}, "Write what you are assessing."),
        ({"subject": "a\x00b"}, "Null characters"),
        ({"subject": "a\nb"}, "line break"),
        ({"subject": "\u202eevil"}, "writing direction"),
        ({"subject": "x" * 121}, "120"),
        ({"period_to": "2025-01-01"}, "ends before it begins"),
        ({"data": ["none", "health"]}, "cannot go with another choice"),
        ({"data": ["gold"]}, "gold"),
    ],
)
def test_page_refuses_with_words_and_keeps_the_input(cast, sign_in, edition, fields, words):
    address = reverse("scoping:start", args=["acme", edition.pk])
    reply = sign_in(cast.otto).post(address, form(due_on="2026-11-30") | fields)
    text = reply.content.decode()
    assert reply.status_code == 422
    assert words in text
    assert 'value="2026-11-30"' in text
    assert not Assessment.objects.exists()


def test_edition_that_gave_way_while_its_form_stood_open_keeps_the_input(cast, sign_in, edition):
    address = reverse("scoping:start", args=["acme", edition.pk])
    client = sign_in(cast.otto)
    assert client.get(address).status_code == 200
    Edition.objects.filter(pk=edition.pk).update(status="retired")
    counts = reverse("scoping:applies", args=["acme", edition.pk])
    assert client.post(counts, form()).status_code == 200
    reply = client.post(address, form(subject="Kraków office"))
    assert reply.status_code == 422
    assert f"Edition {edition.number} is not open for new assessments" in reply.text
    assert 'value="Kraków office"' in reply.text
    assert not Assessment.objects.exists()
    assert client.get(address).status_code == 404


def test_period_that_ends_too_soon_is_refused_at_its_field(cast, sign_in, edition):
    address = reverse("scoping:start", args=["acme", edition.pk])
    reply = sign_in(cast.otto).post(address, form(period_to="2025-01-01"))
    assert '<a href="#id_period_to">to</a>: The audit period ends' in flat(reply.text)
    field = re.search(r'<input[^>]*name="period_to"[^>]*>', reply.text)[0]
    assert 'aria-invalid="true"' in field


def test_counts_follow_the_facts_before_anything_is_kept(cast, sign_in, edition):
    address = reverse("scoping:applies", args=["acme", edition.pk])
    text = sign_in(cast.otto).post(address, {"data": ["children"]}).content.decode()
    assert "2 <span>of 4</span>" in text
    assert "From 1 Jan 2099" in text


def test_counts_of_the_pages_are_those_of_the_assessment(cast, sign_in):
    """A duty that ended before the audit period does not apply, wherever it is counted."""
    draft = make_draft(questions=1)
    ended = [{"date": "2025-12-31"}]
    make_question(draft, draft.sections.get(), 2, applies_until=ended).save()
    edition, client = publish(draft), sign_in(cast.otto)
    assessment = start(cast, edition, {})
    assert applying(assessment) == ["Q1"]
    page = client.get(reverse("scoping:facts", args=["acme", assessment.pk]))
    assert page.context["applying"] == 1
    assert '<input type="hidden" name="period_from" value="2026-01-01">' in page.text
    address = reverse("scoping:start", args=["acme", edition.pk])
    page = client.post(address, form(subject="", period_from="2026-02-01"))
    assert page.context["applying"] == 1
    page = client.post(address, form(subject="", period_from="2025-02-01"))
    assert page.context["applying"] == 2
    address = reverse("scoping:applies", args=["acme", edition.pk])
    days = {"2026-01-01": 1, "2025-12-31": 2, "": 2, "2026-02-30": 2}
    for day, count in days.items():
        reply = client.post(address, {"period_from": day})
        assert reply.context["applying"] == count


def test_reasons_name_the_rule_and_the_fact(cast, sign_in, edition):
    assessment = start(cast, edition, {"data": ["children"]})
    address = reverse("scoping:applicability", args=["acme", assessment.pk])
    text = sign_in(cast.rob).get(address).content.decode()
    assert "Applies only when Data is “Health data”. Data: “Data of children”." in text
    assert "Applies only when not (Data is “Data of children”)." in text


def test_edition_of_another_organisation_is_not_offered(cast, sign_in):
    own = make_edition(checklist=make_checklist(organisation=cast.other))
    address = reverse("scoping:start", args=["acme", own.pk])
    assert sign_in(cast.otto).get(address).status_code == 404


def test_duty_that_binds_later_is_scored_apart(cast, sign_in, edition):
    assessment = start(cast, edition, {"data": []})
    text = sign_in(cast.rob).get(assessment.get_absolute_url()).content.decode()
    assert "0</strong> of 2 answered" in text
    assert "0 of 1 prepared" in text


@pytest.fixture
def two(cast, sign_in):
    """Two people before the facts of one assessment: data is health, size not known."""
    draft = make_draft(questions=1)
    Fact.objects.create(
        edition=draft,
        key="size",
        label="Size",
        text="How big are you?",
        kind="one",
        position=2,
        choices=[{"key": "small", "label": "Small", "help": ""}],
    )
    edition = publish(draft)
    one = start(cast, edition, {"data": ["health"], "size": None})
    url = f"/o/acme/assessments/{one.pk}/facts/"
    return one, url, sign_in(cast.ada), sign_in(cast.otto)


def facts_form(page, **chosen):
    """The form that a browser sends of the page of the facts, with others chosen."""
    sent = dict(page.context["base"])
    asked = page.context["facts"]
    return sent | {key: asked[key].value() for key in asked.facts} | chosen


def test_fact_that_was_not_touched_is_left_to_others(two):
    one, url, ada, otto = two
    stale = ada.get(url)
    otto.post(url, facts_form(otto.get(url), data=["children"]))
    ada.post(url, facts_form(stale, size="small"))
    one.refresh_from_db()
    assert one.facts == {"data": ["children"], "size": ["small"]}


def test_fact_that_both_changed_shows_both_and_can_be_sent_again(two):
    one, url, ada, otto = two
    stale = ada.get(url)
    otto.post(url, facts_form(otto.get(url), data=["children"], size="small"))
    reply = ada.post(url, facts_form(stale, data=["none"]))
    one.refresh_from_db()
    assert (reply.status_code, one.facts["data"]) == (409, ["children"])
    [(_, mine, theirs)] = reply.context["clashes"]
    assert (mine, theirs) == ("none of them", "“Data of children”")
    assert ada.post(url, facts_form(reply)).status_code == 302
    one.refresh_from_db()
    assert one.facts == {"data": [], "size": ["small"]}


def test_fault_beside_it_keeps_what_the_page_knew(two):
    one, url, ada, otto = two
    stale = ada.get(url)
    otto.post(url, facts_form(otto.get(url), size="small"))
    reply = ada.post(url, facts_form(stale, data=["health", "none"]))
    assert reply.status_code == 422
    ada.post(url, facts_form(reply, data=["children"]))
    one.refresh_from_db()
    assert one.facts == {"data": ["children"], "size": ["small"]}
