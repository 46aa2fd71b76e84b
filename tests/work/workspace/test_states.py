""" "Don't know" and "later": answers of their own kind, counted apart."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.urgency import urgency
from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.models import Answer
from compliance.reporting.home.todo import needs
from compliance.work.assessments import actions
from compliance.work.workspace import overview
from compliance.work.workspace.history import history
from tests.support.factories import make_assessment, make_draft, publish
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}
DAY = date(2026, 12, 12)


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answer(assessment):
    return assessment.answers.order_by("question__position").first()


@pytest.fixture
def number(cast):
    edition = make_draft(questions=1)
    edition.questions.update(kind="number", number={"unit": "days", "at_most": 30})
    return make_assessment(cast.acme, cast.ada, publish(edition)).answers.get()


def save(by, answer, base=None, **changes):
    answer.refresh_from_db()
    done = actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version if base is None else base,
    )
    answer.refresh_from_db()
    return done


def post(client, answer, **sent):
    url = reverse("workspace:answer_save", args=["acme", answer.assessment_id, answer.pk])
    htmx = sent.pop("htmx", True)
    return client.post(url, {"base": 0} | sent, headers=HTMX if htmx else {})


def row(client, answer, **headers):
    args = ["acme", answer.assessment_id, answer.pk]
    return client.get(reverse("workspace:row", args=args), headers=headers).text


def test_later_without_a_day_is_refused_and_keeps_what_was_typed(cast, sign_in, answer):
    con = sign_in(cast.con)
    sent = {"verdict": "later", "later_until": "", "note": "Ask the board"}
    reply = post(con, answer, **sent)
    assert (reply.status_code, "Say until which day Q1 waits." in reply.text) == (
        422,
        True,
    )
    page = post(con, answer, htmx=False, **sent).text
    assert "Ask the board" in page
    assert re.search('value="later"[^>]* checked', page)
    reply = post(con, answer, verdict="later", later_until="tomorrow")
    assert "Write the date as 2026-12-31." in reply.text
    answer.refresh_from_db()
    assert answer.version == 0


def test_day_goes_when_another_answer_is_given(cast, sign_in, answer):
    con = sign_in(cast.con)
    post(con, answer, verdict="later", later_until="2026-12-12")
    answer.refresh_from_db()
    assert (answer.verdict, answer.later_until) == ("later", DAY)
    post(con, answer, base=1, verdict="met", later_until="2026-12-12")
    answer.refresh_from_db()
    assert (answer.verdict, answer.later_until) == ("met", None)
    seq = history(Answer.objects.get(pk=answer.pk))[0].seq
    actions.undo(by=cast.con, assessment=answer.assessment, seq=seq)
    answer.refresh_from_db()
    assert (answer.verdict, answer.later_until) == ("later", DAY)


def test_history_names_the_day(cast, answer):
    save(cast.con, answer, verdict="later", later_until=DAY)
    (entry,) = history(Answer.objects.get(pk=answer.pk))
    assert entry.verdicts == ("unanswered", "later")
    assert [(c.label, c.before, c.after) for c in entry.changes] == [("Later until", "none", "12 Dec 2026")]


@pytest.mark.parametrize(
    ("days", "said"),
    [(-1, ("qlate", ", overdue")), (1, ("qwarn", "")), (90, ("", ""))],
)
def test_day_that_is_over_is_marked_apart_and_in_words(cast, sign_in, assessment, days, said):
    day = timezone.localdate() + timedelta(days=days)
    save(cast.ada, assessment.answers.first(), due_on=day)
    text = flat(sign_in(cast.rob).get(assessment.get_absolute_url()).text)
    due = r'id="marks-\d+"><span(?: class="(\w+)")?><svg.+?</svg><span class="vh">due</span>([^<]+)<'
    (found,) = re.findall(due, text)
    mark, word = said
    assert found == (mark, f"{day.day} {day:%b %Y}{word}")


def test_two_days_at_once_are_compared_in_words(cast, sign_in, answer):
    save(cast.ada, answer, verdict="later", later_until=DAY)
    save(cast.ada, answer, later_until=DAY + timedelta(days=1))
    reply = post(sign_in(cast.con), answer, base=1, later_until="2026-12-24")
    assert reply.status_code == 409
    assert "later until" in reply.text
    text = " ".join(reply.text.split())
    assert ">24<" in text or "24 Dec 2026" in text


def test_closed_row_shows_glyph_word_and_day(cast, sign_in, assessment):
    first, second, _ = assessment.answers.order_by("question__position")
    save(cast.con, first, verdict="dont_know")
    save(cast.con, second, verdict="later", later_until=date(2026, 1, 5))
    text = flat(sign_in(cast.rob).get(assessment.get_absolute_url()).text)
    assert 'icons.svg#i-v-dontknow"' in text
    assert '<span class="vh">Don&#x27;t know</span>' in text
    assert '<span class="qwarn">Later, until 5 Jan 2026</span>' in text
    assert text.count('class="seg"') == 3
    assert text.count('type="radio"') == 15


def test_reply_to_a_save_changes_the_slot_and_the_words(cast, sign_in, answer):
    text = post(sign_in(cast.con), answer, verdict="dont_know").text
    assert f'id="slot-{answer.pk}" hx-swap-oob="true"' in " ".join(text.split())
    assert "i-v-dontknow" in text
    assert "Don&#x27;t know" in text


def test_opened_row_has_both_beside_its_answer(cast, sign_in, answer, number):
    con = sign_in(cast.con)
    for one, radios in ((answer, 2), (number, 4)):
        text = row(con, one, **HTMX)
        assert text.count('type="radio"') == radios
        assert 'name="later_until"' in text
    assert 'name="verdict"' not in row(sign_in(cast.rob), answer, **HTMX)


def test_value_given_later_answers_what_was_put_off(cast, number):
    save(cast.con, number, verdict="dont_know")
    save(cast.con, number, value=["20"])
    assert number.verdict == "met"
    save(cast.con, number, verdict="later", later_until=DAY)
    save(cast.con, number, verdict="later", later_until=DAY, value=["99"])
    assert (number.verdict, number.later_until) == ("not_met", None)
    save(cast.con, number, verdict="dont_know", value=["5"])
    assert (number.verdict, number.value) == ("dont_know", "5")


def test_note_beside_a_value_leaves_dont_know_alone(cast, number):
    save(cast.con, number, verdict="dont_know")
    save(cast.con, number, note="Ask IT", value=[""])
    assert number.verdict == "dont_know"


def test_both_are_open_and_counted_apart(cast, assessment):
    first, second, _ = assessment.answers.order_by("question__position")
    save(cast.con, first, verdict="dont_know")
    save(cast.con, second, verdict="later", later_until=DAY)
    tally = overview.read(assessment, cast.con.pk, timezone.localdate()).tally
    assert (tally.dont_know, tally.later, tally.unanswered) == (1, 1, 1)
    assert (tally.open, tally.answered) == (3, 0)


def test_later_needs_its_person_once_the_day_has_come(cast, answer):
    save(cast.con, answer, verdict="later", later_until=DAY)
    assert needs(cast.acme, cast.con, DAY - timedelta(days=1)) == []
    (need,) = needs(cast.acme, cast.con, DAY)
    assert (need.on, urgency(need.on, DAY)) == (DAY, "soon")
    assert need.detail.startswith("Later: its day has come")
    save(cast.con, answer, owner_id=cast.ada.pk)
    assert needs(cast.acme, cast.con, DAY) == []
    assert len(needs(cast.acme, cast.ada, DAY)) == 1


def test_closed_assessment_refuses_both(cast, answer):
    answer.assessment.status = "archived"
    answer.assessment.save()
    with pytest.raises(ValidationError, match="closed"):
        save(cast.con, answer, verdict="dont_know")


def test_nonsense_as_a_verdict_is_a_fault_and_no_error(cast, sign_in, number):
    reply = post(sign_in(cast.con), number, htmx=False, verdict="perhaps")
    assert reply.status_code == 422


def test_work_bar_tree_filters_and_home_count_each_state_apart(cast, sign_in, assessment):
    first, second, third = assessment.answers.order_by("question__position")
    save(cast.con, first, verdict="dont_know")
    save(cast.con, second, verdict="later", later_until=DAY)
    save(cast.con, third, verdict="na", reason="No such system.")
    Answer.objects.filter(pk=first.pk).update(again="carried")
    client = sign_in(cast.rob)
    page = flat(client.get(assessment.get_absolute_url()).text)
    assert (
        "0 met · 0 partly · 0 not met · 1 N/A (1 to confirm) · 1 don't know · 1 later · 1 to confirm again"
    ) in page
    assert '"secopen">1 don\'t know · 1 later<' in page
    for show in ("dont-know", "later", "to-confirm", "confirm-again"):
        assert f"?show={show}" in page
        found = client.get(assessment.get_absolute_url(), {"show": show}).context
        assert found["found"] == 1, show
    home = flat(client.get(reverse("home:home", args=["acme"])).text)
    assert "0 not met · 1 don't know · 1 later · 0 unanswered" in home
    assert "1 N/A to confirm" in home
    assert "1 to confirm again" in home


def test_home_asks_the_owner_to_confirm_again_and_else_who_started(cast, assessment):
    first, _, third = assessment.answers.order_by("question__position")
    assessment.answers.update(again="carried")
    Answer.objects.filter(pk=first.pk).update(owner=cast.con)
    Answer.objects.filter(pk=third.pk).update(applies=False)

    def asked(person, allowed):
        found = needs(cast.acme, person, DAY, allowed=allowed)
        return [(n.title, n.url) for n in found if n.title.startswith("Confirm")]

    url = f"{assessment.get_absolute_url()}?show=confirm-again"
    asks = [("Confirm 1 answer again", url)]
    assert asked(cast.con, {Permission.ANSWER}) == asks
    assert asked(cast.ada, ALLOWED["owner"]) == asks
    assert asked(cast.ada, ALLOWED["reader"]) == []
    assert asked(cast.otto, ALLOWED["officer"]) == []
    assessment.status = "archived"
    assessment.save()
    assert asked(cast.ada, ALLOWED["owner"]) == []
