"""The pages of setting many answers: said before, done as said, refused as a whole."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from tests.support.factories import (
    make_assessment,
    make_edition,
    make_link,
    make_proposal,
)
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}


@pytest.fixture
def assessment(cast):
    """Six questions in two sections."""
    return make_assessment(cast.acme, cast.ada, make_edition(6, 2))


@pytest.fixture
def answers(assessment):
    return list(assessment.answers.order_by("question__position"))


@pytest.fixture
def send(cast, sign_in, assessment):
    """``send(what=..., ...)`` posts to the bulk page as con, without script."""
    client = sign_in(cast.con)

    def post(headers=None, **fields):
        address = reverse("bulk:change", args=["acme", assessment.pk])
        return client.post(address, fields, headers=headers or {})

    return post


def picks(answers):
    return [f"{answer.pk} {answer.version}" for answer in answers]


def shown(answers):
    """The rows of a page, as its script names them."""
    return ",".join(str(answer.pk) for answer in answers)


def hidden(page, name):
    """The value of a hidden input of the form that would do it."""
    return re.search(rf'name="{name}" value="([^"]*)"', flat(text(page)))[1]


def text(page):
    return page.content.decode()


def seen(page):
    """Its words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", flat(text(page))).split())


def verdicts(assessment):
    rows = assessment.answers.order_by("question__position")
    return list(rows.values_list("verdict", flat=True))


def change(by, answer, **changes):
    """A single save."""
    actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version,
    )


def as_shown(send, page, **fields):
    """Press the button of a page that says what would be done."""
    again = {"pinned": hidden(page, "pinned"), "digest": hidden(page, "digest")}
    return send(do="apply", **(again | fields))


def test_what_would_be_overwritten_is_said_and_then_done(assessment, answers, send):
    assessment.answers.filter(pk=answers[1].pk).update(verdict="not_met")
    page = send(what="answer", verdict="met", pick=picks(answers[:3]))
    assert "3 of 3 would change" in seen(page)
    assert "1 has an answer that would be overwritten: 1 Not met." in seen(page)
    assert verdicts(assessment)[:2] == ["unanswered", "not_met"]
    done = as_shown(send, page, what="answer", verdict="met")
    seq = Event.objects.earliest("seq").seq
    assert done.url == reverse("bulk:done", args=["acme", assessment.pk, seq])
    assert verdicts(assessment) == ["met"] * 3 + ["unanswered"] * 3


def test_done_page_names_the_questions_and_takes_them_back(cast, sign_in, assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    done = as_shown(send, page, what="answer", verdict="met")
    con = sign_in(cast.con)
    page = con.get(done.url)
    assert "2 questions changed together" in seen(page)
    assert re.findall(r">(Q\d) ", flat(text(page))) == ["Q1", "Q2"]
    assert con.post(f"{done.url}undo/").status_code == 302
    assert verdicts(assessment) == ["unanswered"] * 6


def test_history_of_one_answer_leads_to_what_was_set_with_it(cast, sign_in, assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    as_shown(send, page, what="answer", verdict="met")
    args = ["acme", assessment.pk, answers[1].pk, "history"]
    con = sign_in(cast.con)
    panel = con.get(reverse("workspace:panel", args=args))
    (link,) = re.findall(r'href="([^"]+/bulk/\d+/)"', text(panel))
    assert "2 questions changed together" in seen(con.get(link))


def test_done_page_names_what_is_asked_no_more(cast, sign_in, assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    done = as_shown(send, page, what="answer", verdict="met")
    assessment.answers.filter(pk=answers[0].pk).update(archived_at=timezone.now())
    con = sign_in(cast.con)
    told = con.get(done.url)
    assert "2 questions changed together" in seen(told)
    archive = reverse("edition_moves:archived", args=["acme", assessment.pk])
    found = re.findall(r'href="([^"]+)"\s*>(Q\d) ', flat(text(told)))
    row = f"{assessment.get_absolute_url()}?open={answers[1].pk}#answer-{answers[1].pk}"
    assert found == [(archive, "Q1"), (row, "Q2")]
    back = con.post(f"{done.url}undo/", follow=True)
    assert "1 answer put back. Changed again since, so left alone: Q1." in seen(back)


def test_section_is_set_as_a_whole(assessment, answers, send):
    section = answers[0].question.section_id
    page = send(what="answer", verdict="met", section=[section])
    assert "3 of 3 would change" in seen(page)
    as_shown(send, page, what="answer", verdict="met")
    assert verdicts(assessment) == ["met"] * 3 + ["unanswered"] * 3


def test_all_means_what_filter_and_search_show(cast, assessment, answers, send):
    assessment.answers.filter(pk=answers[4].pk).update(verdict="not_met")
    page = send(what="owner", person=cast.ada.pk, show="not-met", all="1")
    assert "1 of 1 would change" in seen(page)
    as_shown(send, page, what="owner", person=cast.ada.pk, show="not-met")
    owned = assessment.answers.filter(owner=cast.ada)
    assert [answer.pk for answer in owned] == [answers[4].pk]


def test_filter_by_owner_is_not_taken_for_the_new_owner(cast, assessment, send):
    assessment.answers.update(owner=cast.ada)
    page = send(what="owner", owner=cast.ada.pk, all="1")
    assert "would change" not in seen(page)
    assert f'value="{cast.ada.pk}" selected' not in flat(text(page))


def test_branch_is_set_to_not_applicable_with_one_reason(cast, assessment, answers, send):
    section = answers[0].question.section_id
    page = send(what="answer", verdict="na", section=[section])
    assert "Each N/A waits for a second person." in seen(page)
    refused = as_shown(send, page, what="answer", verdict="na", reason="  ")
    assert refused.status_code == 422
    assert "Give one reason why they do not apply." in seen(refused)
    assert verdicts(assessment) == ["unanswered"] * 6
    as_shown(send, page, what="answer", verdict="na", reason="No such data.")
    waiting = assessment.answers.filter(na_by=cast.con, na_confirmed_by=None)
    assert list(waiting.values_list("reason", flat=True)) == ["No such data."] * 3


def test_later_without_its_day_keeps_what_was_chosen(assessment, answers, send):
    page = send(what="answer", verdict="later", pick=picks(answers[:2]))
    refused = as_shown(send, page, what="answer", verdict="later")
    assert (refused.status_code, verdicts(assessment)) == (422, ["unanswered"] * 6)
    assert "Say until which day they wait." in seen(refused)
    assert 'value="later" checked' in flat(text(refused))


def test_colleagues_change_refuses_all_until_it_is_left_out(cast, assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:3]))
    change(cast.ada, answers[1], verdict="not_met")
    refused = as_shown(send, page, what="answer", verdict="met")
    assert refused.status_code == 409
    assert "Someone changed this since the page showed it: Q2." in seen(refused)
    assert verdicts(assessment) == ["unanswered", "not_met"] + ["unanswered"] * 4
    again = {"pinned": hidden(refused, "pinned"), "digest": hidden(refused, "digest")}
    send(do="others", what="answer", verdict="met", **again)
    assert verdicts(assessment)[:3] == ["met", "not_met", "met"]


def test_only_what_was_shown_is_done(assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    other = as_shown(send, page, what="answer", verdict="partly")
    assert other.status_code == 409
    assert "The outcome has changed since you last saw it." in seen(other)
    assert verdicts(assessment) == ["unanswered"] * 6
    blind = send(do="apply", what="answer", verdict="met", pick=picks(answers[:2]))
    assert (blind.status_code, verdicts(assessment)) == (409, ["unanswered"] * 6)


def test_second_press_of_the_button_changes_nothing(answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    as_shown(send, page, what="answer", verdict="met")
    again = as_shown(send, page, what="answer", verdict="met")
    assert "0 of 2 would change. 2 have it already." in seen(again)
    assert Event.objects.count() == 2


def test_first_picked_fills_the_empty_ones_down_at_once(cast, answers, send):
    change(cast.con, answers[0], verdict="partly")
    answers[0].refresh_from_db()
    three = {"pick": picks(answers[:3]), "shown": shown(answers)}
    reply = send(headers=HTMX, what="fill", **three)
    assert "2 answers set." in text(reply)
    assert verdicts(answers[0].assessment)[:4] == ["partly"] * 3 + ["unanswered"]


@pytest.mark.parametrize("page_of", [slice(1, 6), slice(0, 2), slice(0, 0), None])
def test_fill_down_that_the_page_shows_in_part_is_said_first(cast, assessment, answers, send, page_of):
    change(cast.con, answers[0], verdict="partly")
    answers[0].refresh_from_db()
    seen_there = {"shown": shown(answers[page_of])} if page_of else {}
    headers = HTMX if page_of else {}  # without script there is no such word
    three = {"what": "fill", "pick": picks(answers[:3])}
    page = send(headers=headers, **three, **seen_there)
    assert "Fill down from Q1 :" in seen(page)
    assert "2 of 2 would change" in seen(page)
    assert verdicts(assessment)[1:3] == ["unanswered"] * 2
    as_shown(send, page, what="fill")
    assert verdicts(assessment)[:4] == ["partly"] * 3 + ["unanswered"]


def test_answer_that_a_colleague_changed_is_not_filled_down(cast, answers, send):
    three = {"pick": picks(answers[:3]), "shown": shown(answers)}
    change(cast.ada, answers[0], verdict="not_met")
    reply = send(headers=HTMX, what="fill", **three)
    assert reply.status_code == 422
    assert "Q1 has changed since you looked." in seen(reply)
    assert verdicts(answers[0].assessment)[1:3] == ["unanswered"] * 2


def test_more_questions_than_there_can_be_are_refused(send):
    """A quarter of a million ids are more than SQLite takes in one statement."""
    pinned = ";".join(f"{number} 0" for number in range(1, 10_002))
    page = send(what="due", due_on="2026-12-31", pinned=pinned)
    assert page.status_code == 422
    assert "10,000 questions are set at once at most." in seen(page)


def test_fill_down_over_an_answer_asks_first(cast, assessment, answers, send):
    change(cast.con, answers[0], verdict="partly")
    assessment.answers.filter(pk=answers[1].pk).update(verdict="met")
    answers[0].refresh_from_db()
    three = {"pick": picks(answers[:3]), "shown": shown(answers)}
    page = send(headers=HTMX, what="fill", **three)
    assert "1 has an answer that would be overwritten: 1 Met." in seen(page)
    assert verdicts(assessment)[:3] == ["partly", "met", "unanswered"]


def test_reply_brings_the_rows_that_the_page_shows_and_the_undo(assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:3]))
    shown = ",".join(str(answer.pk) for answer in answers[1:])
    reply = as_shown(send, page, what="answer", verdict="met", headers=HTMX, shown=shown)
    rows = re.findall(r'<li id="answer-(\d+)" hx-swap-oob', flat(text(reply)))
    assert rows == [str(answer.pk) for answer in answers[1:3]]
    assert re.search(r'hx-post="[^"]+/bulk/1/undo/"', text(reply))


FOOLISH = {
    "a pick that is not a number": {"pick": "x 1"},
    "a version that is not a number": {"pick": "1 x"},
    "a version from the future": {"pick": "{} 7"},
    "a verdict that does not exist": {"pick": "{} 0", "verdict": "perfect"},
    "a person that is not a number": {"pick": "{} 0", "what": "owner", "person": "'--"},
    "a person of elsewhere": {"pick": "{} 0", "what": "owner", "person": "zoe"},
    "a day that does not exist": {
        "pick": "{} 0",
        "what": "due",
        "due_on": "2026-02-30",
    },
    "text without an end": {"pick": "{} 0", "verdict": "na", "reason": "x" * 100_001},
}


@pytest.mark.parametrize("what", FOOLISH)
def test_what_nobody_could_mean_is_refused(what, cast, assessment, answers, send):
    sent = {"what": "answer", "verdict": "met", "do": "apply"} | FOOLISH[what]
    sent["pick"] = sent["pick"].format(answers[0].pk)
    if sent.get("person") == "zoe":
        sent["person"] = cast.zoe.pk
    page = send(**sent)
    assert page.status_code == 422
    assert verdicts(assessment) == ["unanswered"] * 6
    assert not Event.objects.exists()


def test_hostile_reason_stays_text(answers, send):
    hostile = "</textarea><script>alert(1)</script>"
    page = send(what="answer", verdict="na", reason=hostile, pick=picks(answers[:1]), do="apply")
    assert "<script>alert" not in text(page)
    assert "&lt;script&gt;alert(1)" in text(page)


def test_questions_of_another_assessment_and_organisation_are_unknown(cast, send):
    sibling = make_assessment(cast.acme, cast.ada)
    foreign = make_assessment(cast.other, cast.zoe)
    for one in (sibling, foreign):
        page = send(what="answer", verdict="met", pick=picks(one.answers.order_by("pk")[:1]))
        assert page.status_code == 404


def test_evidence_of_another_organisation_is_unknown(cast, answers, send):
    theirs = make_link(cast.other, cast.zoe)
    page = send(what="evidence", evidence=theirs.pk, pick=picks(answers[:1]))
    assert page.status_code == 404


def test_closed_assessment_refuses_with_its_reason(assessment, answers, send):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    assessment.status = "archived"
    assessment.save()
    refused = as_shown(send, page, what="answer", verdict="met")
    assert refused.status_code == 422
    assert "This assessment is closed" in seen(refused)
    assert verdicts(assessment) == ["unanswered"] * 6


def test_undo_of_a_single_save_or_of_nothing_is_unknown(cast, sign_in, answers):
    change(cast.con, answers[0], verdict="met")
    for seq in (1, 99):
        args = ["acme", answers[0].assessment_id, seq]
        address = reverse("bulk:undo", args=args)
        assert sign_in(cast.con).post(address).status_code == 404


def test_nothing_selected_says_how_to_select(send):
    assert "No question is selected." in seen(send(what="answer"))


@pytest.mark.slow
def test_page_of_two_thousand_asks_as_often_as_that_of_twenty(cast, sign_in):
    asked = []
    for number in (20, 2000):
        one = make_assessment(cast.acme, cast.ada, make_edition(number, 4))
        con, address = sign_in(cast.con), f"{one.get_absolute_url()}bulk/"
        sent = {"what": "due", "due_on": "2026-12-24", "all": "1"}
        con.post(address, sent, headers=HTMX)
        with CaptureQueriesContext(connection) as queries:
            page = con.post(address, sent, headers=HTMX)
        assert f"{number} of {number} would change" in seen(page)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 10


def test_all_of_a_clause_are_no_more_than_the_clause_shows(assessment, send):
    page = send(what="due", due_on="2026-12-31", clause="no-such-clause", all="1")
    assert "would change" not in seen(page)
    assert "No question is selected." in seen(page)


def test_page_fetches_the_rows_of_a_section_it_has_not_loaded(cast, sign_in, assessment, answers):
    assessment.answers.filter(pk=answers[0].pk).update(verdict="met", version=3)
    client = sign_in(cast.con)
    address = reverse("bulk:picks", args=["acme", assessment.pk])
    section = answers[0].question.section_id
    found = client.get(address, {"section": section, "show": "all"}).json()
    ids = [answer.pk for answer in answers[:3]]
    assert sorted(found["picks"]) == [
        [ids[0], 3, False, section], [ids[1], 0, True, section],
        [ids[2], 0, True, section],
    ]  # fmt: skip
    filtered = {"section": section, "show": "unanswered"}
    assert len(client.get(address, filtered).json()["picks"]) == 2
    assert client.get(address).json() == {"picks": []}


def test_done_leads_back_to_the_first_row_in_the_list_as_it_was(cast, sign_in, assessment, answers, send):
    look = {"what": "answer", "verdict": "met", "show": "unanswered", "q": "Q"}
    page = send(pick=picks(answers[2:4]), **look)
    done = as_shown(send, page, **look)
    assert done.url.endswith("?show=unanswered&q=Q")
    back = f"?show=unanswered&q=Q#answer-{answers[2].pk}"
    con = sign_in(cast.con)
    assert f'href="{assessment.get_absolute_url()}{back}"' in text(con.get(done.url)).replace("&amp;", "&")
    place = done.url.partition("?")[0]
    undone = con.post(f"{place}undo/", {"show": "unanswered", "q": "Q"})
    assert undone.url == assessment.get_absolute_url() + back


def test_far_down_a_long_list_done_leads_to_a_list_that_begins_there(cast, sign_in, send, assessment):
    long = make_assessment(cast.acme, cast.ada, make_edition(60))
    row = long.answers.order_by("question__position")[50]
    address = reverse("bulk:change", args=["acme", long.pk])
    page = sign_in(cast.con).post(address, {"what": "due", "pick": picks([row])})
    position = row.question.position
    assert f"?from={position}#answer-{row.pk}" in text(page)


def test_row_that_many_were_set_with_keeps_its_proposal(cast, send, answers):
    proposal = make_proposal(answers[1], cast.con, {"note": "Two of three."})
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    sent = {"what": "answer", "verdict": "met", "shown": shown(answers)}
    done = text(as_shown(send, page, headers=HTMX, **sent))
    assert f'id="answer-{answers[1].pk}"' in done
    assert f'id="proposed-{proposal.pk}"' in done


def test_undo_that_is_refused_without_a_script_says_why_on_a_page(cast, sign_in, send, assessment, answers):
    page = send(what="answer", verdict="met", pick=picks(answers[:2]))
    done = as_shown(send, page, what="answer", verdict="met")
    undo = re.search(r'action="([^"]*/undo/)"', flat(sign_in(cast.con).get(done.url).text))[1]
    type(assessment).objects.update(status="archived")
    con = sign_in(cast.con)
    reply = con.post(undo)
    assert reply.url == assessment.get_absolute_url()
    assert "its answers stay as they are" in con.get(reply.url).text
    assert verdicts(assessment)[:2] == ["met", "met"]
