"""Changes by others since a person last looked, and how they become seen."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.models import Answer, Visit
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.templatetags.ui import ago, day
from compliance.work.assessments import actions
from compliance.work.discussion import actions as discussion
from compliance.work.presence import actions as presence_actions
from compliance.work.presence.places import place
from compliance.work.presence.seeing import seen_seq, unseen, with_news
from tests.support.factories import make_assessment, make_edition, make_link
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answers(assessment):
    return list(assessment.answers.order_by("question__position"))


def arrive(user, assessment, answer_id=None):
    where = place(assessment.organisation, assessment.pk, user, answer_id)
    presence_actions.arrive(by=user, place=where, at=timezone.now())


def save(by, answer, **changes):
    standing = Answer.objects.get(pk=answer.pk)
    return actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=standing.version,
    )


def head(assessment):
    return trail.head_of(assessment.organisation_id)[0]


@pytest.fixture
def con_is_here(cast, assessment, answers):
    """Con has been here; what Ada does from now on is new to him."""
    save(cast.ada, answers[2], note="Before Con came.")
    arrive(cast.con, assessment)


def test_first_visit_starts_at_the_head(cast, assessment, answers, con_is_here):
    assert seen_seq(assessment, cast.con.pk) == head(assessment)
    assert unseen(assessment, cast.con.pk).ids == frozenset()


def test_what_others_do_is_new_and_what_one_does_oneself_is_not(cast, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    save(cast.con, answers[1], verdict="met")
    discussion.comment(by=cast.rev, answer=answers[0], text="Really?")
    found = unseen(assessment, cast.con.pk)
    assert found.ids == {answers[0].pk}
    news = found.news[answers[0].pk]
    assert (news.who, news.did, news.others) == ("Ada Lindqvist", "changed this", 1)
    assert found.seq == head(assessment)
    assert unseen(assessment, cast.rev.pk).ids == frozenset()


def test_evidence_and_comments_have_their_own_words(cast, assessment, answers, con_is_here):
    proof = make_link(cast.acme, cast.ada)
    news = []

    def note(at=0):
        news.append(unseen(assessment, cast.con.pk).news[answers[at].pk].did)

    actions.attach(by=cast.ada, answer=answers[0], evidence=proof)
    note()
    actions.detach(by=cast.ada, answer=answers[0], evidence=proof)
    note()
    save(cast.ada, answers[0], verdict="met")
    note()
    said = discussion.comment(by=cast.ada, answer=answers[1], text="Gone.")
    note(1)
    discussion.resolve(by=cast.ada, answer=answers[1], comment=said)
    note(1)
    discussion.reopen(by=cast.ada, answer=answers[1], comment=said)
    note(1)
    assert news == [
        "added evidence",
        "took evidence out",
        "changed this",
        "commented",
        "resolved a comment",
        "reopened a comment",
    ]


def test_save_that_was_refused_is_no_news(cast, assessment, answers, con_is_here):
    save(cast.con, answers[0], note="Mine")
    actions.save_answer(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=answers[0].pk,
        changes={"note": "Late"},
        base=0,
    )
    assert Event.objects.latest("seq").action == "answer.refused"
    assert unseen(assessment, cast.con.pk).ids == frozenset()


def test_news_of_another_assessment_stays_there(cast, assessment, con_is_here):
    other = make_assessment(cast.acme, cast.ada, assessment.edition)
    save(cast.ada, other.answers.first(), verdict="met")
    assert unseen(assessment, cast.con.pk).ids == frozenset()


def test_nothing_is_new_in_a_closed_assessment(cast, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    assessment.status = "archived"
    assessment.save()
    assert unseen(assessment, cast.con.pk).ids == frozenset()
    assert with_news([assessment], cast.con.pk) == set()
    for seq in (None, 1):
        with pytest.raises(ValidationError, match="closed"):
            presence_actions.see(by=cast.con, assessment=assessment, seq=seq, at=timezone.now())


def test_seen_reaches_to_what_the_page_showed_and_no_further(cast, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    page = unseen(assessment, cast.con.pk)
    save(cast.ada, answers[1], verdict="met")
    presence_actions.see(by=cast.con, assessment=assessment, seq=page.seq, at=timezone.now())
    assert unseen(assessment, cast.con.pk).ids == {answers[1].pk}


def test_seen_goes_neither_back_nor_beyond_the_trail(cast, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    end = head(assessment)
    for seq in (10**18, 0, None):
        presence_actions.see(by=cast.con, assessment=assessment, seq=seq, at=timezone.now())
        assert seen_seq(assessment, cast.con.pk) == end


def test_seen_can_be_taken_back_until_more_is_seen(cast, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    now = timezone.now()

    def back(moved):
        return presence_actions.look_again(by=cast.con, assessment=assessment, moved=moved, at=now)

    first = presence_actions.see(by=cast.con, assessment=assessment, seq=head(assessment), at=now)
    assert back(first) is True
    assert unseen(assessment, cast.con.pk).ids == {answers[0].pk}
    save(cast.ada, answers[1], verdict="met")
    presence_actions.see(by=cast.con, assessment=assessment, seq=head(assessment), at=now)
    assert back(first) is False
    assert unseen(assessment, cast.con.pk).ids == frozenset()


def test_being_there_marks_nothing_of_others_as_seen(cast, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    before = seen_seq(assessment, cast.con.pk)
    arrive(cast.con, assessment, answers[0].pk)
    assert seen_seq(assessment, cast.con.pk) == before


def test_being_there_moves_on_over_what_one_did_oneself(cast, assessment, answers, con_is_here):
    save(cast.con, answers[0], verdict="met")
    arrive(cast.con, assessment)
    assert seen_seq(assessment, cast.con.pk) == head(assessment)


def test_nobody_sees_for_somebody_else(cast, assessment, answers, con_is_here):
    arrive(cast.otto, assessment)
    save(cast.ada, answers[0], verdict="met")
    presence_actions.see(by=cast.otto, assessment=assessment, seq=head(assessment), at=timezone.now())
    assert unseen(assessment, cast.con.pk).ids == {answers[0].pk}


def test_looking_at_pages_marks_nothing_as_seen(cast, sign_in, assessment, answers, con_is_here):
    save(cast.ada, answers[0], note="New")
    con, before = sign_in(cast.con), list(Visit.objects.values())
    page = assessment.get_absolute_url()
    for address in (
        page,
        f"{page}?show=changed",
        f"{page}answers/{answers[0].pk}/",
        f"{page}answers/{answers[0].pk}/panel/history/",
    ):
        assert con.get(address).status_code == 200
    sign_in(cast.rob).get(page)
    assert list(Visit.objects.values()) == before


def test_row_filter_history_and_home_show_what_is_new(cast, sign_in, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="partly", note="New")
    con, page = sign_in(cast.con), assessment.get_absolute_url()
    text = " ".join(con.get(page).content.decode().split())
    assert text.count("badge-change") == 1
    assert "<bdi>Ada Lindqvist</bdi> changed this, just now" in text
    assert "Since I looked <b>1</b>" in text
    shown = con.get(f"{page}?show=changed&open={answers[0].pk}").content.decode()
    assert shown.count("data-q=") == 1
    assert "Others changed 1 answer since you last looked." in flat(shown)
    assert "I have seen these" in shown
    assert "Unanswered changed to Partly; Note changed" in shown
    one = con.get(f"{page}answers/{answers[0].pk}/", headers=HTMX).content.decode()
    assert "Since you last looked" in one
    entries = con.get(f"{page}answers/{answers[0].pk}/panel/history/").content.decode()
    assert entries.count(">New</span>") == 1
    old = con.get(f"{page}answers/{answers[2].pk}/panel/history/").content.decode()
    assert ">New</span>" not in old
    home = con.get(reverse("home:home", args=["acme"])).content.decode()
    assert "Changed since you looked" in home
    ada = sign_in(cast.ada).get(page).content.decode()
    assert "badge-change" not in ada


def seen_url(assessment):
    return reverse("workspace:seen", args=["acme", assessment.pk])


def test_button_marks_as_seen_and_its_undo_brings_them_back(cast, sign_in, assessment, answers, con_is_here):
    save(cast.ada, answers[0], verdict="met")
    con, before = sign_in(cast.con), seen_seq(assessment, cast.con.pk)
    seq = head(assessment)
    reply = con.post(seen_url(assessment), {"seq": seq}, headers=HTMX)
    assert "Marked as seen." in reply.content.decode()
    assert seen_seq(assessment, cast.con.pk) == seq
    sent = {"seq": seq, "back": before}
    reply = con.post(seen_url(assessment), sent, headers=HTMX)
    assert "Others changed 1 answer since you last looked." in flat(reply.text)
    assert "I have seen these" in reply.text
    assert seen_seq(assessment, cast.con.pk) == before
    again = con.post(seen_url(assessment), sent, headers=HTMX)
    assert "Nothing was undone" in again.content.decode()


def test_button_works_without_script(cast, sign_in, assessment, answers):
    con = sign_in(cast.con)
    reply = con.post(seen_url(assessment), {"answer": "", "known": ""})
    assert "From now on" in reply.content.decode()
    save(cast.ada, answers[0], verdict="met")
    page = con.post(seen_url(assessment), {"seq": head(assessment)}).content.decode()
    assert "<h1>Changes by others</h1>" in page
    assert "Undo" in page


@pytest.mark.parametrize("seq", ["x", "-1", "9" * 30, "\x00"])
def test_nonsense_moves_nobody(cast, sign_in, assessment, con_is_here, seq):
    before = seen_seq(assessment, cast.con.pk)
    reply = sign_in(cast.con).post(seen_url(assessment), {"seq": seq})
    assert reply.status_code == 422
    assert seen_seq(assessment, cast.con.pk) == before


def test_seen_is_refused_in_a_closed_assessment(cast, sign_in, assessment):
    assessment.status = "archived"
    assessment.save()
    reply = sign_in(cast.con).post(seen_url(assessment), {"seq": 1}, headers=HTMX)
    assert (reply.status_code, Visit.objects.count()) == (422, 0)


def test_stranger_cannot_mark_as_seen(cast, sign_in, assessment):
    reply = sign_in(cast.zoe).post(seen_url(assessment), {"seq": 1})
    assert (reply.status_code, Visit.objects.count()) == (404, 0)


@pytest.mark.slow
def test_news_cost_one_query_whatever_their_number(cast):
    assessment = make_assessment(cast.acme, cast.ada, make_edition(questions=40))
    arrive(cast.con, assessment)
    for answer in assessment.answers.all():
        save(cast.ada, answer, verdict="met")
    with CaptureQueriesContext(connection) as asked:
        assert len(unseen(assessment, cast.con.pk).ids) == 40
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=1, hours=3), "1 day ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(seconds=-5), "just now"),
    ],
)
def test_moments_are_counted_from_now(passed, words):
    assert ago(timezone.now() - passed) == words


def test_moments_two_weeks_back_are_named_by_their_day():
    moment = timezone.now() - timedelta(days=14)
    assert ago(moment) == day(moment)
    assert ago(None) == ""
