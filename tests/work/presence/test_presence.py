"""People who have the page open: heard of by small calls that change nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.models import Answer, Membership, Presence, Visit
from compliance.proof.audit.models import Event
from tests.support.factories import make_assessment, make_member

HTMX = {"HX-Request": "true"}
NO_WORK = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT set_config")
DOOR = 3
"""Session, person, membership: what every call asks first."""


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answer(assessment):
    return assessment.answers.order_by("question__position").first()


def url(assessment, org="acme"):
    return reverse("workspace:presence", args=[org, assessment.pk])


def ping(client, assessment, **sent):
    return client.post(url(assessment), sent, headers=HTMX)


def silent_for(seconds):
    Presence.objects.update(at=timezone.now() - timedelta(seconds=seconds))


def test_first_one_here_gets_an_empty_reply(cast, sign_in, assessment, answer):
    reply = ping(sign_in(cast.con), assessment, known="", answer=answer.pk)
    assert reply.status_code == 204
    here = Presence.objects.get()
    assert (here.user, here.answer, here.assessment) == (cast.con, answer, assessment)


def test_others_are_shown_with_the_row_they_have_open(cast, sign_in, assessment, answer):
    ping(sign_in(cast.otto), assessment)
    ping(sign_in(cast.con), assessment, answer=answer.pk)
    page = ping(sign_in(cast.ada), assessment, known="").content.decode()
    assert page.index("Con Tributor") < page.index("Otto Weber")
    assert page.count(f'data-here="{answer.pk}"') == 1
    assert page.count("data-name") == 1
    assert "Ada" not in page


def test_call_that_brings_nothing_new_is_204(cast, sign_in, assessment, answer):
    con, ada = sign_in(cast.con), sign_in(cast.ada)
    ping(con, assessment)
    assert ping(ada, assessment, known="").status_code == 200
    known = f"{cast.con.pk}:"
    assert ping(ada, assessment, known=known).status_code == 204
    ping(con, assessment, answer=answer.pk)
    assert ping(ada, assessment, known=known).status_code == 200
    known = f"{cast.con.pk}:{answer.pk}"
    assert ping(ada, assessment, known=known).status_code == 204


def test_whoever_is_silent_for_long_is_gone(cast, sign_in, assessment):
    ping(sign_in(cast.con), assessment)
    silent_for(60)
    assert "Con" in ping(sign_in(cast.ada), assessment).content.decode()
    silent_for(71)
    reply = ping(sign_in(cast.ada), assessment, known=f"{cast.con.pk}:")
    assert (reply.status_code, "Con" in reply.content.decode()) == (200, False)


@pytest.mark.parametrize("end", ["delete", "audit"])
def test_whoever_may_no_longer_look_is_gone_at_once(cast, sign_in, assessment, end):
    ping(sign_in(cast.con), assessment)
    own = Membership.objects.filter(user=cast.con)
    if end == "delete":
        own.delete()
    else:
        own.update(role="auditor")
    assert ping(sign_in(cast.ada), assessment, known="").status_code == 204


def test_whoever_goes_is_gone_at_once(cast, sign_in, assessment):
    con = sign_in(cast.con)
    ping(con, assessment)
    silent_for(5)
    assert con.post(url(assessment), {"gone": "1"}).status_code == 204
    assert Presence.objects.count() == 0


def test_last_word_of_a_page_does_not_undo_the_first_of_the_next(cast, sign_in, assessment):
    con = sign_in(cast.con)
    ping(con, assessment)
    con.post(url(assessment), {"gone": "1"})
    assert Presence.objects.count() == 1


def test_one_row_for_each_person(cast, sign_in, assessment, answer):
    con = sign_in(cast.con)
    for sent in ({}, {"answer": answer.pk}, {"answer": ""}):
        ping(con, assessment, **sent)
    assert Presence.objects.get().answer is None


def test_call_leaves_answers_and_trail_alone(cast, sign_in, assessment, answer):
    before = list(Answer.objects.values())
    ping(sign_in(cast.con), assessment, answer=answer.pk)
    assert list(Answer.objects.values()) == before
    assert Event.objects.count() == 0


def test_call_asks_at_most_four_times(cast, sign_in, assessment, answer):
    ping(sign_in(cast.otto), assessment)
    con = sign_in(cast.con)
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            ping(con, assessment, answer=answer.pk, known="")
        found = [query["sql"] for query in captured]
        asked.append([sql for sql in found if not sql.startswith(NO_WORK)])
    first, later = asked
    assert len(first) <= DOOR + 4, "\n".join(first)
    assert len(later) <= DOOR + 3, "\n".join(later)
    locks = [sql for sql in first + later if "FOR UPDATE" in sql]
    assert locks == []


def test_closed_assessment_keeps_nobody(cast, sign_in, assessment):
    assessment.status = "archived"
    assessment.save()
    con = sign_in(cast.con)
    assert ping(con, assessment).status_code == 204
    assert (Presence.objects.count(), Visit.objects.count()) == (0, 0)
    page = con.get(assessment.get_absolute_url()).content.decode()
    assert "data-presence" not in page


def test_stranger_is_not_let_in(cast, sign_in, assessment):
    zoe = sign_in(cast.zoe)
    assert ping(zoe, assessment).status_code == 404
    assert zoe.post(url(assessment, "other"), headers=HTMX).status_code == 404
    assert Presence.objects.count() == 0


@pytest.mark.parametrize("which", ["sibling", "foreign", "unknown"])
def test_row_of_another_assessment_is_not_found(cast, sign_in, assessment, which):
    others = {
        "sibling": make_assessment(cast.acme, cast.ada).answers.first().pk,
        "foreign": make_assessment(cast.other, cast.zoe).answers.first().pk,
        "unknown": 999_999,
    }
    reply = ping(sign_in(cast.con), assessment, answer=others[which])
    assert (reply.status_code, Presence.objects.count()) == (404, 0)


@pytest.mark.parametrize("answer_id", ["x", "-1", "9" * 40, "\x00", "<script>"])
def test_nonsense_is_no_row(cast, sign_in, assessment, answer_id):
    reply = ping(sign_in(cast.con), assessment, answer=answer_id)
    assert reply.status_code == 204
    assert Presence.objects.get().answer is None


def test_expired_session_gets_401_and_no_more(client, assessment):
    reply = ping(client, assessment)
    assert (reply.status_code, reply.content) == (401, b"")


def test_hostile_name_stays_text(cast, sign_in, assessment, answer):
    cast.con.name = '"><script>alert(1)</script>'
    cast.con.save()
    ping(sign_in(cast.con), assessment, answer=answer.pk)
    page = ping(sign_in(cast.ada), assessment).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_many_people_are_counted(cast, sign_in, assessment):
    more = make_member(cast.acme, "reader", "Rita Reader")
    for person in (cast.otto, cast.con, cast.rev, cast.rob, more):
        ping(sign_in(person), assessment)
    page = ping(sign_in(cast.ada), assessment).content.decode()
    assert (page.count('class="av '), "+" in page) == (5, False)
