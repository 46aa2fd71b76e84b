"""An answer that is not met asks for an action in its row."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from compliance.content.checklists.force import rated_in
from compliance.models import Action
from compliance.work.remediation.actions import Unasked, plan_action
from tests.support import factories, signing
from tests.support.page_text import flat

TODAY = date(2026, 11, 28)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-28T12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def answer(cast):
    found = factories.make_assessment(cast.acme, cast.ada).answers.first()
    found.verdict = "not_met"
    found.save()
    return found


def ask_url(answer, org="acme"):
    return reverse("remediation:action_ask", args=[org, answer.assessment_id, answer.pk])


def asked(client, answer):
    return flat(client.get(ask_url(answer), headers=HTMX).text)


def form_of(client, answer, **typed):
    form = client.get(ask_url(answer), headers=HTMX).context["form"]
    return {name: form[name].value() for name in form.fields} | typed


def saved(client, answer, verdict, **more):
    url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"
    sent = {"base": answer.version, "verdict": verdict} | more
    return client.post(url, sent, headers=HTMX).text


def test_saving_not_met_loads_the_question_and_another_verdict_takes_it_away(cast, sign_in):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    con = sign_in(cast.con)
    page = saved(con, answer, "not_met")
    assert f'hx-get="{ask_url(answer)}"' in page
    answer.refresh_from_db()
    page = saved(con, answer, "met")
    assert f"innerHTML:#ask-{answer.pk}" in page
    assert ask_url(answer) not in page


@pytest.mark.parametrize("more", [{}, {"want": "row"}])
def test_save_of_a_part_or_the_whole_row_asks_once_and_not_beside_an_action(cast, sign_in, more):
    one, two = factories.make_assessment(cast.acme, cast.ada).answers.order_by("pk")[:2]
    factories.make_action(cast.acme, cast.ada, two)
    con = sign_in(cast.con)
    assert saved(con, one, "not_met", **more).count(f'hx-get="{ask_url(one)}"') == 1
    asked_for = saved(con, two, "not_met", **more).count(f'hx-get="{ask_url(two)}"')
    assert asked_for == (0 if more else 1)  # then the reply of asking is empty
    assert asked(con, two) == ""
    one.refresh_from_db()
    assert f'hx-get="{ask_url(one)}"' not in saved(con, one, "not_met", note="x", **more)


@pytest.mark.parametrize(("weight", "days"), [(1, 90), (3, 60), (5, 30)])
def test_owner_and_day_are_filled_in_by_the_weight(cast, sign_in, weight, days):
    edition = factories.make_draft()
    edition.questions.update(weight=weight)
    answer = factories.make_assessment(cast.acme, cast.ada, factories.publish(edition)).answers.first()
    answer.verdict = "not_met"
    answer.save()
    con = sign_in(cast.con)
    values = form_of(con, answer)
    assert values["owner"] == cast.con.pk
    assert values["due_on"] == TODAY + timedelta(days=days)
    answer.owner, answer.due_on = cast.otto, TODAY + timedelta(days=5)
    answer.save()
    values = form_of(con, answer)
    assert (values["owner"], values["due_on"]) == (cast.otto.pk, answer.due_on)
    answer.owner, answer.due_on = cast.rob, TODAY - timedelta(days=5)
    answer.save()
    values = form_of(con, answer)
    assert (values["owner"], values["due_on"]) == (
        cast.con.pk,
        TODAY + timedelta(days=days),
    )


def test_one_press_adds_the_action_that_a_signature_waits_for(cast, sign_in, answer):
    con = sign_in(cast.con)
    sent = form_of(con, answer)
    reply = con.post(ask_url(answer), sent, headers=HTMX)
    action = Action.objects.get()
    said = f"{action.code}</a>is planned, due 27 Jan 2027,for<bdi>Con Tributor</bdi>"
    assert said in flat(reply.text).replace(", for", ",for")
    assert (action.owner, action.priority) == (cast.con, "medium")
    assert list(action.answers.all()) == [answer]
    assert asked(con, answer) == ""


def test_press_that_is_sent_twice_makes_one_action(cast, sign_in, answer):
    con = sign_in(cast.con)
    sent = form_of(con, answer)
    for verdict in ("not_met", "not_met", "met"):  # whatever was saved in between
        type(answer).objects.filter(pk=answer.pk).update(verdict=verdict)
        reply = con.post(ask_url(answer), sent, headers=HTMX)
        assert "is planned, due" in flat(reply.text)
    assert Action.objects.get().title == sent["title"]


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_second_of_two_who_plan_keeps_the_words_and_may_add_them_as_well(cast, sign_in, answer, headers):
    con, otto = sign_in(cast.con), sign_in(cast.otto)
    sent, other = form_of(con, answer), form_of(otto, answer, title="Another <way>")
    con.post(ask_url(answer), sent, headers=HTMX)
    reply = otto.post(ask_url(answer), other | {"sending": "1-2"}, headers=headers)
    page = flat(reply.text)
    assert (reply.status_code, "kept" in reply.cookies) == (422, False)
    assert "AC-1</a>was planned for Q1 meanwhile; yours is not added." in page
    assert 'value="Another &lt;way&gt;"' in page
    assert "Add it as well" in page
    assert Action.objects.get().title == sent["title"]
    anyway = other | {"anyway": reply.context["anyway"] and "1"}
    for _ in range(2):
        reply = otto.post(ask_url(answer), anyway, headers=HTMX)
        assert "AC-2</a>is planned" in flat(reply.text)
    assert "2 actions" in flat(reply.text)
    assert [one.title for one in answer.actions.order_by("number")] == [
        sent["title"],
        other["title"],
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": "met"}, "Not added: Q1 is no longer “not met”."),
        ({"applies": False}, "Not added: Q1 does not apply any more."),
        ({"binds_from": TODAY + timedelta(days=9)}, "Not added: Q1 does not bind yet."),
    ],
)
def test_answer_that_changed_meanwhile_keeps_the_action_that_was_typed(cast, sign_in, answer, changes, said):
    con = sign_in(cast.con)
    sent = form_of(con, answer, title="Close the port", sending="1-2")
    type(answer).everything.filter(pk=answer.pk).update(**changes)
    for headers in (HTMX, {}):
        reply = con.post(ask_url(answer), sent, headers=headers)
        assert (reply.status_code, "kept" in reply.cookies) == (422, False)
        assert said in flat(reply.text)
        assert 'value="Close the port"' in flat(reply.text)
    assert not Action.objects.exists()
    con.post(ask_url(answer), sent | {"anyway": "1"})
    assert Action.objects.get().title == "Close the port"


def test_plan_hands_over_the_action_that_is_open(cast, answer):
    action = factories.make_action(cast.acme, cast.ada, answer)
    fields = {"title": "Another way"}
    again = plan_action(by=cast.otto, organisation=cast.acme, answer_id=answer.pk, fields=fields)
    assert again == Unasked(action)


def test_without_a_script_the_same_form_is_a_page_and_leads_back(cast, sign_in, answer):
    con = sign_in(cast.con)
    row = f"{answer.assessment.get_absolute_url()}?open={answer.pk}"
    assert ask_url(answer) in con.get(row).text
    page = con.get(ask_url(answer))
    assert "Not met: plan an action for Q1?" in flat(page.text)
    reply = con.post(ask_url(answer), form_of(con, answer))
    assert reply.url == f"{row}#answer-{answer.pk}"
    assert ask_url(answer) not in con.get(row).text
    assert con.get(ask_url(answer)).url == reply.url


def test_nothing_is_asked_where_a_signature_waits_for_no_action(cast, sign_in, answer):
    con = sign_in(cast.con)
    assert asked(con, answer) != ""
    for changes in (
        {"verdict": "met"},
        {"verdict": "partly"},
        {"binds_from": TODAY + timedelta(days=9)},
        {"applies": False},
    ):
        before = {name: getattr(answer, name) for name in changes}
        type(answer).everything.filter(pk=answer.pk).update(**changes)
        reply = con.get(ask_url(answer), headers=HTMX)
        assert reply.content == b"", changes
        type(answer).everything.filter(pk=answer.pk).update(**before)
    factories.make_action(cast.acme, cast.ada, answer)
    assert asked(con, answer) == ""


def test_rating_below_what_is_asked_is_no_breach_and_asks_for_nothing(cast, sign_in):
    edition = factories.make_scaled_edition()
    answers = factories.make_assessment(cast.acme, cast.ada, edition).answers
    answers.update(verdict="not_met")
    con = sign_in(cast.con)
    offers = [bool(asked(con, one)) for one in answers.order_by("question__position")]
    rated = rated_in(edition)
    assert offers == [one.question.key not in rated for one in answers.order_by("question__position")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"owner": ""}, "Choose who does it."),
        ({"due_on": ""}, "Choose a day."),
        ({"due_on": "soon"}, "Write the date as 2026-12-31."),
        ({"title": ""}, "Say what is to be done."),
        ({"owner": "999999"}, "Choose"),
    ],
)
def test_wrong_fields_are_refused_in_words_and_kept(cast, sign_in, answer, typed, said):
    con = sign_in(cast.con)
    sent = form_of(con, answer, **({"title": "<b>Close</b> it"} | typed))
    reply = con.post(ask_url(answer), sent, headers=HTMX)
    assert reply.status_code == 422
    assert said in flat(reply.text)
    assert "<b>" not in reply.text
    assert not Action.objects.exists()


def test_signed_assessment_and_other_organisations_are_not_asked(cast, sign_in):
    signed = signing.make_signed(cast)
    answer = signed.answers.get(verdict="not_met")
    con = sign_in(cast.con)
    assert con.get(ask_url(answer), headers=HTMX).content == b""
    sent = {"title": "x", "owner": cast.con.pk, "due_on": "2027-01-01"}
    before = Action.objects.count()
    for more in ({}, {"anyway": "1"}):
        reply = con.post(ask_url(answer), sent | more, headers=HTMX)
        assert reply.status_code == 422
        assert "Not added. This assessment is signed" in flat(reply.text)
        assert 'name="title" value="x"' in flat(reply.text)
    assert Action.objects.count() == before
    zoe = sign_in(cast.zoe)
    assert zoe.get(ask_url(answer, "other")).status_code == 404
    assert sign_in(cast.rob).get(ask_url(answer)).status_code == 403


def test_undo_that_brings_not_met_back_asks_again(cast, sign_in):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    con = sign_in(cast.con)
    saved(con, answer, "not_met")
    answer.refresh_from_db()
    page = saved(con, answer, "met")
    undo = re.search(r'hx-post="([^"]*/undo/[^"]*)"', page)[1]
    page = con.post(undo, headers=HTMX).text
    assert page.count(f'hx-get="{ask_url(answer)}"') == 1
    answer.refresh_from_db()
    saved(con, answer, "not_met", note="x")
    answer.refresh_from_db()
    page = saved(con, answer, "not_met", note="xy")
    undo = re.search(r'hx-post="([^"]*/undo/[^"]*)"', page)[1]
    assert f'hx-get="{ask_url(answer)}"' not in con.post(undo, headers=HTMX).text
