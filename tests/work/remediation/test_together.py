"""Answers that are set to "not met" together ask for one action, about all of them."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from compliance.models import Action
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from tests.support import factories
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-28T12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def one(cast):
    return factories.make_assessment(cast.acme, cast.ada, factories.make_edition(6))


@pytest.fixture
def rows(one):
    return list(one.answers.order_by("question__position"))


@pytest.fixture
def door(cast, one, rows):
    """The page for the first four, which were set to "not met" together."""
    done = set_many(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=one.pk,
        targets={row.pk: Known(row.version) for row in rows[:4]},
        bulk=Bulk({"verdict": "not_met"}),
    )
    return reverse("remediation:action_together", args=["acme", one.pk, done.seq])


def form_of(client, door):
    context = client.get(door).context
    form = context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return sent | {"answer": [answer.pk for answer in context["answers"]]}


def test_one_action_for_all_of_them(cast, sign_in, door, one, rows):
    con = sign_in(cast.con)
    assert "Plan an action for 4 that are not met" in flat(con.get(door, headers=HTMX).text)
    sent = form_of(con, door)
    assert sent["title"] == "Put right Q1, Q2, Q3, Q4"
    assert sent["owner"] == cast.con.pk
    for _ in range(2):  # a press that is sent twice
        assert con.post(door, sent).url == one.get_absolute_url()
    [action] = Action.objects.all()
    about = action.links.values_list("answer_id", flat=True)
    assert set(about) == {row.pk for row in rows[:4]}
    assert action.due_on > date(2026, 11, 28)
    assert con.get(door, headers=HTMX).text.strip() == ""
    assert "None of them asks for an action" in con.get(door).text


def test_only_those_that_ask_are_in_it(cast, sign_in, door, one, rows):
    factories.make_action(cast.acme, cast.ada, rows[0])
    one.answers.filter(pk=rows[1].pk).update(verdict="met")
    one.answers.filter(pk=rows[2].pk).update(applies=False)
    sent = form_of(sign_in(cast.con), door)
    assert sent["answer"] == [rows[3].pk]


def test_someone_who_planned_meanwhile_is_not_doubled(cast, sign_in, door, rows):
    con = sign_in(cast.con)
    sent = form_of(con, door) | {"title": "Train <b>everybody</b>"}
    factories.make_action(cast.acme, cast.ada, rows[0])
    reply = con.post(door, sent)
    assert (reply.status_code, Action.objects.count()) == (422, 1)
    assert "Not added: some questions ask for no action any more" in flat(reply.text)
    assert "Train &lt;b&gt;everybody" in reply.text  # what was typed stays
    sent["answer"] = [int(pk) for pk in re.findall('name="answer" value="(.*?)"', reply.text)]
    assert sent["answer"] == [row.pk for row in rows[1:4]]
    assert con.post(door, sent).status_code == 302
    assert Action.objects.count() == 2


def test_text_stays_where_none_is_left_to_plan_for(cast, sign_in, door, rows):
    con = sign_in(cast.con)
    sent = form_of(con, door) | {"title": "Train <b>everybody</b>"}
    for row in rows[:4]:
        factories.make_action(cast.acme, cast.ada, row)
    page = flat(con.post(door, sent).text)
    assert re.search("Not added: ?<bdi>Train &lt;b&gt;everybody&lt;/b&gt;</bdi>", page)
    assert "None of them asks for an action" in page
    assert "0 questions" not in page
    assert "These are left" not in page


@pytest.mark.parametrize("odd", [[], ["0"], ["x"], ["999999999"]])
def test_answers_of_elsewhere_are_in_no_action(odd, cast, sign_in, door, rows):
    con = sign_in(cast.con)
    sent = form_of(con, door)
    for answer in (odd, [*sent["answer"], *odd] if odd else [rows[5].pk]):
        reply = con.post(door, sent | {"answer": answer})
        assert (reply.status_code, Action.objects.count()) == (422, 0)


def test_closed_assessment_and_a_single_save_have_no_such_page(cast, sign_in, door, one):
    con = sign_in(cast.con)
    sent = form_of(con, door)
    one.status = "review"
    one.save()
    assert "None of them asks" in con.get(door).text
    reply = con.post(door, sent)
    assert (reply.status_code, Action.objects.count()) == (422, 0)
    nowhere = reverse("remediation:action_together", args=["acme", one.pk, 99])
    assert con.get(nowhere).status_code == 404


def test_page_without_a_script_leads_there(cast, sign_in, door):
    done = door.replace("actions/together", "bulk")
    con = sign_in(cast.con)
    assert f'href="{door}"' in flat(con.get(done).text)
