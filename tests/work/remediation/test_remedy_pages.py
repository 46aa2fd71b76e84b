"""The pages of actions: table, board, one action, and actions in an answer's row."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.models import Action, ActionLink, Answer, Event
from compliance.proof.audit import trail
from compliance.templatetags.ui import day
from compliance.work.assessments.choices import CLOSED
from compliance.work.remediation.listing import Age, age_of
from tests.support.factories import make_action, make_assessment
from tests.support.page_text import flat

pytestmark = pytest.mark.django_db

ACTIONS = "/o/acme/actions/"
HOSTILE = '<script>alert("x")</script> \u05e9\u05dc\u05d5\u05dd'


def text(response):
    return response.content.decode()


def queries(ask):
    with CaptureQueriesContext(connection) as caught:
        assert ask().status_code == 200
    return len(caught)


def codes(response):
    return [row.code for row, _ in response.context["rows"]]


def test_filters_of_the_table(cast, sign_in):
    late = timezone.localdate() - timedelta(days=1)
    make_action(cast.acme, cast.ada, due_on=late, owner=cast.con)
    make_action(cast.acme, cast.ada, due_on=timezone.localdate())
    make_action(
        cast.acme,
        cast.ada,
        status="done",
        closed_at=timezone.now(),
        closed_by=cast.con,
        due_on=late,
    )
    make_action(cast.other, cast.zoe)
    con = sign_in(cast.con)
    shown = {
        show: codes(con.get(ACTIONS, {"show": show, "sort": "number"}))
        for show in ("open", "mine", "overdue", "no-owner", "done", "all", "nonsense")
    }
    assert shown == {
        "open": ["AC-1", "AC-2"],
        "mine": ["AC-1"],
        "overdue": ["AC-1"],
        "no-owner": ["AC-2"],
        "done": ["AC-3"],
        "all": ["AC-1", "AC-2", "AC-3"],
        "nonsense": ["AC-1", "AC-2"],
    }


def test_table_is_sorted_by_its_heads(cast, sign_in):
    values = [("low", 5, None), ("high", None, cast.rob), ("medium", 2, cast.ada)]
    for priority, days, owner in values:
        make_action(cast.acme, cast.ada, priority=priority, effort_days=days, owner=owner)
    rob = sign_in(cast.rob)
    order = {
        sort: "".join(code[-1] for code in codes(rob.get(ACTIONS, {"sort": sort})))
        for sort in ("number", "-number", "priority", "-effort", "effort", "owner")
    }
    assert order == {
        "number": "123",
        "-number": "321",
        "priority": "231",
        "-effort": "132",
        "effort": "312",
        "owner": "321",
    }
    page = text(rob.get(ACTIONS, {"sort": "priority"}))
    assert 'aria-sort="ascending"' in page
    assert "sort=-priority" in page


@pytest.mark.parametrize("query", ["runbook", "AC-2", "ac2", "Q1", "Rob Reader"])
def test_search_finds_title_number_question_and_owner(cast, sign_in, query):
    make_action(cast.acme, cast.ada)
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    make_action(cast.acme, cast.ada, answer, title="The runbook", owner=cast.rob)
    assert codes(sign_in(cast.rob).get(ACTIONS, {"q": query})) == ["AC-2"]


@pytest.mark.slow
def test_two_thousand_actions_come_in_pages_with_as_many_queries(cast, sign_in):
    answers = list(make_assessment(cast.acme, cast.ada).answers.all())
    make_action(cast.acme, cast.ada, *answers, owner=cast.con)
    con = sign_in(cast.con)
    few = [queries(lambda p=p: con.get(ACTIONS + p)) for p in ("", "board/")]
    Action.objects.bulk_create(
        Action(organisation=cast.acme, created_by=cast.ada, number=n, title=f"Task {n}")
        for n in range(2, 2001)
    )
    ActionLink.objects.bulk_create(
        ActionLink(action=task, answer=answer)
        for task in Action.objects.filter(number__gt=1)
        for answer in answers[:2]
    )
    many = [queries(lambda p=p: con.get(ACTIONS + p)) for p in ("", "board/")]
    assert many == few
    assert few[0] <= 8
    assert text(con.get(ACTIONS)).count("</tr>") == 51
    assert text(con.get(ACTIONS + "board/")).count('id="card-') == 40


def test_action_is_made_from_an_answer(cast, sign_in):
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    answer.question.remedy = ""
    row = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/"
    con = sign_in(cast.con)
    page = text(con.get(row + "actions/"))
    assert 'value="Duty 1"' in page
    sent = {"title": HOSTILE[:-5], "priority": "high", "owner": cast.otto.pk}
    reply = con.post(row + "actions/", sent | {"effort_days": "2.5"})
    assert reply.status_code == 302
    task = Action.objects.get()
    assert (task.owner, str(task.effort_days), task.priority) == (
        cast.otto,
        "2.5",
        "high",
    )
    page = text(con.get(row, headers={"HX-Request": "true"}))
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


def test_row_counts_its_open_actions(cast, sign_in):
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    make_action(cast.acme, cast.ada, answer)
    closed = {"status": "done", "closed_at": timezone.now(), "closed_by": cast.ada}
    make_action(cast.acme, cast.ada, answer, **closed)
    page = text(sign_in(cast.rob).get(answer.assessment.get_absolute_url()))
    assert "1 action</span>" in flat(page)


def test_existing_action_is_linked_from_an_answer(cast, sign_in):
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    task = make_action(cast.acme, cast.ada, title="Fits here too")
    url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/actions/"
    con = sign_in(cast.con)
    assert "Fits here too" in text(con.get(url))
    reply = con.post(f"{ACTIONS}1/link/", {"answer": answer.pk, "back": "answer"})
    assert reply["Location"].endswith(f"?open={answer.pk}#answer-{answer.pk}")
    assert task.links.get().answer == answer
    assert "No other action is open." in text(con.get(url))


def test_questions_are_found_and_linked_from_an_action(cast, sign_in):
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    closed = make_assessment(cast.acme, cast.ada, status="archived")
    theirs = make_assessment(cast.other, cast.zoe)
    make_action(cast.acme, cast.ada)
    con = sign_in(cast.con)
    hits = con.get(f"{ACTIONS}1/", {"q": "Duty 1"}).context["hits"]
    assert hits == [answer]
    for one in (closed, theirs):
        sent = {"answer": one.answers.first().pk}
        con.post(f"{ACTIONS}1/link/", sent)
        assert con.post(f"{ACTIONS}1/link/", {"answer": "x"}).status_code == 404
    assert not ActionLink.objects.exists()


def test_save_refuses_what_is_wrong_and_keeps_what_was_typed(cast, sign_in):
    make_action(cast.acme, cast.ada)
    sent = {
        "title": "x" * 201,
        "text": "Long thoughts",
        "priority": "low",
        "status": "open",
        "owner": cast.zoe.pk,
        "effort_days": "0",
        "due_on": "soon",
        "base": "0",
    }
    reply = sign_in(cast.con).post(f"{ACTIONS}1/save/", sent)
    assert reply.status_code == 422
    page = text(reply)
    for words in (
        "The title has 201 characters; 200 fit.",
        "Choose a member of this organisation who may answer.",
        "Write 0.1 days or more.",
        "Write the date as 2026-12-31.",
        "Long thoughts",
        "x" * 201,
    ):
        assert words in page


def form(**changes):
    return {
        "title": "Write the list",
        "text": "",
        "priority": "medium",
        "status": "open",
        "owner": "",
        "effort_days": "",
        "due_on": "",
        "base": "0",
    } | changes


def test_stale_save_shows_both_and_can_be_sent_again(cast, sign_in):
    make_action(cast.acme, cast.ada)
    sign_in(cast.otto).post(f"{ACTIONS}1/save/", form(due_on="2026-12-01"))
    con = sign_in(cast.con)
    reply = con.post(f"{ACTIONS}1/save/", form(due_on="2027-01-15", title="Mine"))
    assert reply.status_code == 409
    assert reply.context["clashes"] == [("Due", "15 Jan 2027", "1 Dec 2026")]
    assert "Save mine" in text(reply)
    assert Action.objects.get().title == "Write the list"
    again = reply.context["form"].data
    assert con.post(f"{ACTIONS}1/save/", again).status_code == 302
    task = Action.objects.get()
    assert (task.title, task.due_on) == ("Mine", date(2027, 1, 15))


def test_save_after_a_clash_leaves_what_was_not_touched_to_others(cast, sign_in):
    make_action(cast.acme, cast.ada)
    theirs = form(title="Theirs", priority="high", due_on="2026-12-01", owner="")
    sign_in(cast.otto).post(f"{ACTIONS}1/save/", theirs)
    con = sign_in(cast.con)
    reply = con.post(f"{ACTIONS}1/save/", form(title="Mine", text="More"))
    assert [label for label, *_ in reply.context["clashes"]] == ["Task"]
    again = reply.context["form"].data
    assert con.post(f"{ACTIONS}1/save/", again).status_code == 302
    task = Action.objects.get()
    assert (task.title, task.text) == ("Mine", "More")
    assert (task.priority, task.due_on) == ("high", date(2026, 12, 1))


def test_closing_leads_to_the_answers_to_look_at_again(cast, sign_in):
    answers = list(make_assessment(cast.acme, cast.ada).answers.order_by("pk"))
    Answer.objects.filter(pk=answers[0].pk).update(verdict="not_met")
    Answer.objects.filter(pk=answers[1].pk).update(verdict="met")
    make_action(cast.acme, cast.ada, *answers[:2])
    con = sign_in(cast.con)
    reply = con.post(f"{ACTIONS}1/save/", form(status="done"), follow=True)
    assert reply.redirect_chain == [(f"{ACTIONS}1/again/", 302)]
    assert reply.context["asked"] == answers[:1]
    assert f"?open={answers[0].pk}#answer-{answers[0].pk}" in text(reply)
    assert reply.context["others"] == 1


def test_card_is_moved_without_script(cast, sign_in):
    make_action(cast.acme, cast.ada)
    con = sign_in(cast.con)
    reply = con.post(f"{ACTIONS}1/move/?show=mine", {"status": "doing", "base": 0}, follow=True)
    assert reply.redirect_chain == [(f"{ACTIONS}board/?show=mine", 302)]
    assert "AC-1 moved to In progress." in text(reply)


def test_moved_card_is_named_and_can_be_undone(cast, sign_in):
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    make_action(cast.acme, cast.ada, answer)
    con = sign_in(cast.con)
    htmx = {"HX-Request": "true"}
    sent = {"status": "done", "base": 0}
    page = text(con.post(f"{ACTIONS}1/move/", sent, headers=htmx))
    assert "AC-1 moved to Done." in page
    assert "1 answer again" in " ".join(page.split())
    assert "<html" not in page
    assert con.post(f"{ACTIONS}1/undo/1/", headers=htmx).status_code == 200
    assert (Action.objects.get().status, Answer.objects.get(pk=answer.pk).again) == (
        "open",
        "",
    )
    again = con.post(f"{ACTIONS}1/undo/1/", headers=htmx)
    assert (again.status_code, "AC-1 moved back to Open." in text(again)) == (200, True)


def test_card_that_somebody_else_moved_stays_where_it_is(cast, sign_in):
    make_action(cast.acme, cast.ada)
    sign_in(cast.otto).post(f"{ACTIONS}1/move/", {"status": "dropped", "base": 0})
    con = sign_in(cast.con)
    reply = con.post(f"{ACTIONS}1/move/", {"status": "done", "base": 0})
    assert reply.status_code == 409
    assert "someone else has moved it to Dropped" in text(reply)
    assert con.post(f"{ACTIONS}1/move/", {"status": "x"}).status_code == 422
    assert Action.objects.get().status == "dropped"


def test_menu_of_a_card_has_the_other_columns(cast, sign_in):
    make_action(cast.acme, cast.ada, status="doing")
    page = text(sign_in(cast.con).get(f"{ACTIONS}board/"))
    card = page[page.index('id="card-1"') :]
    assert re.findall(r'name="status" value="(\w+)"', card) == [
        "open",
        "done",
        "dropped",
    ]
    sent = {"status": "done", "base": 0}
    sign_in(cast.con).post(f"{ACTIONS}1/move/", sent)
    _, after = trail.changes(Event.objects.get(subject_label="action"))
    assert after["status"] == "done"


@pytest.mark.parametrize(
    ("days", "status", "age"),
    [
        (29, "open", None),
        (30, "open", Age.MONTH),
        (89, "doing", Age.MONTH),
        (90, "doing", Age.QUARTER),
        (400, "done", None),
        (400, "dropped", None),
    ],
)
def test_card_of_an_old_action_says_how_old_it_is(days, status, age, cast):
    is_closed = status in CLOSED
    closed = {"closed_by": cast.ada, "closed_at": timezone.now()} if is_closed else {}
    action = make_action(cast.acme, cast.ada, status=status, **closed)
    today = timezone.localdate(action.created_at) + timedelta(days=days)
    assert age_of(action, today) == age


def test_old_card_says_its_age_in_words(cast, sign_in):
    then = timezone.localdate() - timedelta(days=91)
    with time_machine.travel(timezone.now() - timedelta(days=91), tick=False):
        make_action(cast.acme, cast.ada)
        assert "actioncard age-" not in text(sign_in(cast.con).get(f"{ACTIONS}board/"))
    page = text(sign_in(cast.con).get(f"{ACTIONS}board/"))
    assert "age-quarter" in page
    assert f"Open for 90 days or more, since {day(then)}" in page


def test_reader_sees_and_changes_nothing(cast, sign_in):
    make_action(cast.acme, cast.ada, text="Why and how")
    rob = sign_in(cast.rob)
    page = text(rob.get(f"{ACTIONS}1/"))
    assert "Why and how" in page
    assert "<textarea" not in page
    assert "data-move" not in text(rob.get(f"{ACTIONS}board/"))
    assert rob.post(f"{ACTIONS}1/save/", form()).status_code == 403
    assert sign_in(cast.zoe).get(f"{ACTIONS}1/").status_code == 404


def test_addresses_from_nowhere_are_read_leniently(cast, sign_in):
    make_action(cast.acme, cast.ada)
    rob = sign_in(cast.rob)
    for given in ({"sort": "--due"}, {"q": "\x00" * 300}, {"page": "-1"}):
        assert rob.get(ACTIONS, given).status_code == 200
    assert rob.get(f"{ACTIONS}{10**30}/").status_code == 404


def test_closed_card_without_a_due_date_says_when_it_was_closed(cast, sign_in):
    task = make_action(cast.acme, cast.ada)
    closed = {"status": "done", "base": 0}
    sign_in(cast.con).post(f"/o/acme/actions/{task.number}/move/", closed)
    page = sign_in(cast.con).get("/o/acme/actions/board/").content.decode()
    assert f'class="end muted">{day(timezone.localdate())}<' in page


def test_whole_days_of_effort_are_whole_in_the_field(cast, sign_in):
    client = sign_in(cast.con)
    for effort, shown in ((Decimal("20.0"), "20"), (Decimal("2.5"), "2.5")):
        task = make_action(cast.acme, cast.ada, effort_days=effort)
        page = client.get(f"/o/acme/actions/{task.number}/").content.decode()
        assert re.search(rf'name="effort_days" value="{shown}"', page)
