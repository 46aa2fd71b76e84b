"""An answer that is not met asks for an action in its row."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from compliance.checklists.force import rated_in
from compliance.models import Action
from compliance.remediation.actions import plan_action
from tests import factories, signing
from tests.reading import flat

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
    return reverse(
        "remediation:action_ask", args=[org, answer.assessment_id, answer.pk]
    )


def asked(client, answer):
    return flat(client.get(ask_url(answer), headers=HTMX).text)


def form_of(client, answer, **typed):
    form = client.get(ask_url(answer), headers=HTMX).context["form"]
    return {name: form[name].value() for name in form.fields} | typed


def saved(client, answer, verdict):
    url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"
    sent = {"base": answer.version, "verdict": verdict}
    return client.post(url, sent, headers=HTMX).text


def test_saving_not_met_loads_the_question_and_another_verdict_takes_it_away(
    cast, sign_in
):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    con = sign_in(cast.con)
    page = saved(con, answer, "not_met")
    assert f'hx-get="{ask_url(answer)}"' in page
    answer.refresh_from_db()
    page = saved(con, answer, "met")
    assert f"innerHTML:#ask-{answer.pk}" in page
    assert ask_url(answer) not in page


@pytest.mark.parametrize(("weight", "days"), [(1, 90), (3, 60), (5, 30)])
def test_owner_and_day_are_filled_in_by_the_weight(cast, sign_in, weight, days):
    edition = factories.make_draft()
    edition.questions.update(weight=weight)
    answer = factories.make_assessment(
        cast.acme, cast.ada, factories.publish(edition)
    ).answers.first()
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


def test_press_that_is_sent_twice_or_by_two_makes_one_action(cast, sign_in, answer):
    con, otto = sign_in(cast.con), sign_in(cast.otto)
    sent, other = form_of(con, answer), form_of(otto, answer, title="Another way")
    for client, form in ((con, sent), (con, sent), (otto, other)):
        assert "is planned, due" in flat(
            client.post(ask_url(answer), form, headers=HTMX).text
        )
    assert Action.objects.get().title == sent["title"]
    again = plan_action(
        by=cast.otto, organisation=cast.acme, answer_id=answer.pk, fields=other
    )
    assert again == Action.objects.get()


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
    told = [bool(asked(con, one)) for one in answers.order_by("question__position")]
    rated = rated_in(edition)
    assert told == [
        one.question.key not in rated for one in answers.order_by("question__position")
    ]


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
    con.post(ask_url(answer), sent, headers=HTMX)
    assert Action.objects.count() == before
    zoe = sign_in(cast.zoe)
    assert zoe.get(ask_url(answer, "other")).status_code == 404
    assert sign_in(cast.rob).get(ask_url(answer)).status_code == 403
