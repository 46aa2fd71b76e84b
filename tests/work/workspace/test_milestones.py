"""A section done, all answered: said once, with the next step."""

import re

import pytest
from django.urls import reverse

from compliance.proof.audit.models import Event
from compliance.work.workspace.counts import counted
from compliance.work.workspace.milestones import milestone
from tests.support.factories import make_assessment, make_draft, publish
from tests.support.page_text import flat
from tests.work.workspace.test_cost import HTMX, queries, save_url


@pytest.fixture
def one(cast):
    """Three sections of two questions each."""
    draft = make_draft(6, 3)
    for section, title in zip(
        draft.sections.order_by("position"),
        ("Roles", "Security & logs", "Transfers"),
        strict=True,
    ):
        section.title = title
        section.save()
    return make_assessment(cast.acme, cast.ada, publish(draft))


def answers(assessment):
    return list(assessment.answers.order_by("question__position"))


def save(client, answer, verdict="met", headers=HTMX, **more):
    answer.refresh_from_db()
    sent = {"base": str(answer.version), "verdict": verdict} | more
    reply = client.post(save_url(answer), sent, headers=headers, follow=not headers)
    assert reply.status_code == 200
    return flat(reply.content.decode())


def test_last_answer_of_a_section_says_so_and_leads_to_the_next(cast, sign_in, one):
    con, (first, second, third, *_) = sign_in(cast.con), answers(one)
    assert "Section done" not in save(con, first)
    said = save(con, second)
    link = f"{one.get_absolute_url()}?open={third.pk}#answer-{third.pk}"
    assert f'Section done.<a href="{link}">Next: Security &amp; logs</a>' in said


def test_milestone_is_said_once(cast, sign_in, one):
    con, (first, second, *_) = sign_in(cast.con), answers(one)
    save(con, first)
    assert "Section done" in save(con, second)
    assert "Section done" not in save(con, second)
    assert "Section done" not in save(con, second, "not_met")
    assert "Section done" not in save(con, first, "partly")


def test_save_that_is_sent_twice_says_it_once(cast, sign_in, one):
    con, (first, second, *_) = sign_in(cast.con), answers(one)
    save(con, first)
    sent = {"base": "0", "verdict": "met"}
    replies = [con.post(save_url(second), sent, headers=HTMX) for _ in range(2)]
    said = ["Section done" in reply.content.decode() for reply in replies]
    assert said == [True, False]


def test_later_and_dont_know_do_not_complete_a_section(cast, sign_in, one):
    con, (first, second, *_) = sign_in(cast.con), answers(one)
    save(con, first)
    assert "Section done" not in save(con, second, "dont_know")
    assert "Section done" in save(con, second, "met")


def test_next_step_after_the_last_section_is_the_first_that_is_open(cast, sign_in, one):
    con, every = sign_in(cast.con), answers(one)
    save(con, every[4])
    assert "Next: Roles" in save(con, every[5])


def test_section_that_does_not_apply_is_no_next_step(cast, sign_in, one):
    con, every = sign_in(cast.con), answers(one)
    one.answers.filter(pk__in=[every[2].pk, every[3].pk]).update(applies=False)
    save(con, every[0])
    assert "Next: Transfers" in save(con, every[1])


def test_last_answer_of_all_leads_to_the_review_who_may_send_it(cast, sign_in, one):
    con, ada, every = sign_in(cast.con), sign_in(cast.ada), answers(one)
    for answer in every[:-1]:
        save(con, answer)
    said = save(ada, every[-1])
    link = reverse("reviews:review", args=["acme", one.pk])
    assert f'All answered.<a href="{link}">Send for review</a>' in said
    save(con, every[0], "unanswered")
    said = save(con, every[0])
    assert "All answered." in said
    assert "Send for review" not in said


def test_without_a_script_the_page_after_the_save_says_it_once(cast, sign_in, one):
    con, (first, second, third, *_) = sign_in(cast.con), answers(one)
    assert "Section done" not in save(con, first, headers={})
    page = save(con, second, headers={})
    link = f"{one.get_absolute_url()}?open={third.pk}#answer-{third.pk}"
    assert f'<p>Section done.<a href="{link}">' in page.split('id="undo"')[1]
    assert page.count("Section done") == 1
    again = con.get(one.get_absolute_url()).content.decode()
    assert "Section done" not in again


def test_save_that_reaches_nothing_asks_no_more(cast, sign_in, one):
    con, (first, *_) = sign_in(cast.con), answers(one)
    save(con, first, "partly")
    first.refresh_from_db()
    section = counted(first, one.started_at.date()).section
    assert queries(lambda: milestone(first, None, section)) == []


def together(client, one, some, verdict="met"):
    """Set several answers at once, as the box of the picked questions does."""
    address = reverse("bulk:change", args=["acme", one.pk])
    for answer in some:
        answer.refresh_from_db()
    picks = [f"{answer.pk} {answer.version}" for answer in some]
    sent = {"pick": picks, "what": "answer", "verdict": verdict, "do": "show"}
    page = client.post(address, sent, headers=HTMX).content.decode()
    digest = re.search(r'name="digest" value="([^"]*)"', flat(page))[1]
    pinned = re.search(r'name="pinned" value="([^"]*)"', flat(page))[1]
    sent |= {"do": "apply", "digest": digest, "pinned": pinned}
    return flat(client.post(address, sent, headers=HTMX).content.decode())


def test_answers_set_together_say_what_they_complete(cast, sign_in, one):
    ada, every = sign_in(cast.ada), answers(one)
    said = together(ada, one, every[:4])
    link = f"{one.get_absolute_url()}?open={every[4].pk}#answer-{every[4].pk}"
    assert f'2 sections done.<a href="{link}">Next: Transfers</a>' in said
    assert "done." not in together(ada, one, every[:4], "partly")
    assert "done." not in together(ada, one, every[4:5])
    said = together(ada, one, every[4:])
    assert "All answered." in said
    assert "Send for review" in said


def test_page_after_many_without_a_script_says_what_they_complete(cast, sign_in, one):
    ada, every = sign_in(cast.ada), answers(one)
    together(ada, one, every[:4])
    [first, *_] = Event.objects.filter(subject_label="answer").order_by("seq")
    done = reverse("bulk:done", args=["acme", one.pk, first.seq])
    link = f"{one.get_absolute_url()}?open={every[4].pk}#answer-{every[4].pk}"
    said = f'2 sections done.<a href="{link}">Next: Transfers</a>'
    assert said in flat(ada.get(done).text)
    assert "sections done" not in sign_in(cast.rob).get(done).text
