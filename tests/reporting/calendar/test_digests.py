"""Digests: only what is theirs, once, in their language, and quiet when nothing is due."""

import re
from datetime import timedelta
from email.policy import SMTP
from functools import partial

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.worker import _worker
from compliance.identity.organisations.actions import remove_member
from compliance.models import (
    Answer,
    Event,
    Membership,
    Organisation,
    Reminders,
    Rules,
)
from compliance.operations.erasure.actions import erase_person
from compliance.reporting.calendar import actions, tasks
from compliance.reporting.calendar.actions.reminders import mail_digest, stop_address
from tests.support import calendar_days, factories
from tests.support.calendar_days import in_days
from tests.support.mail_queue import queued, send_queued

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-30T08:00:00+00:00"
PAGE = "/o/acme/calendar/reminders/"


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel(MONDAY, tick=False) as moved:
        yield moved


def choose(cast, person, **more):
    chosen = {
        "rhythm": "daily",
        "hour": 7,
        "weekday": 0,
        "language": "en",
        "time_zone": "",
    }
    return actions.set_reminders(by=person, organisation=cast.acme, chosen=chosen | more)


def work():
    """The worker's part: digests are written; how each ended."""
    path = tasks.send_digest.module_path
    worker, ends = _worker("tests"), []
    while found := list(DBTaskResult.objects.filter(task_path=path).ready()):
        for task in found:
            task.claim(worker.worker_id)
            worker.run_task(task)
            task.refresh_from_db()
            assert task.status == "SUCCESSFUL", task.traceback
            ends.append(task.return_value)
    return ends


def days(clock, count=1):
    """Digests of some days: the mails that came."""
    mails = []
    for _ in range(count):
        clock.shift(timedelta(days=1))
        tasks.queue_due()
        work()
        mails += send_queued()
    return mails


def test_digest_has_what_is_theirs_and_nothing_else(cast, clock):
    assessment = calendar_days.fill(cast)
    calendar_days.fill_outside(cast, assessment)
    calendar_days.fill(cast, cast.other, cast.zoe, cast.zoe)
    send_queued()
    choose(cast, cast.con)
    mails = [one for one in days(clock) if one.to == [cast.con.email]]
    assert len(mails) == 1
    body = mails[0].body
    assert mails[0].subject == "Acme: 3 dates for you"
    for line in ("Due: Q2 Duty 2", "Runs out: Policy", "Due: AC-1 Write the list"):
        assert line in body
    assert "seat" not in body
    assert "Other" not in body
    assert "begin to bind" not in body  # the question is nobody's


def test_nothing_is_mailed_twice_until_it_is_late(cast, clock):
    choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    subjects = [[m.body for m in days(clock)] for _ in range(6)]
    assert [len(one) for one in subjects] == [1, 0, 0, 1, 0, 0]
    assert "THE NEXT SEVEN DAYS" in subjects[0][0]
    assert "LATE" in subjects[3][0]


def test_moved_date_is_mailed_again(cast, clock):
    choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    assert len(days(clock, 2)) == 1
    cast.acme.actions.update(due_on=in_days(4))
    assert len(days(clock, 2)) == 1


def test_more_questions_on_a_day_are_news_and_fewer_are_not(cast, clock):
    choose(cast, cast.con)
    assessment = factories.make_assessment(cast.acme, cast.ada)
    first, second, _ = assessment.answers.order_by("pk")
    Answer.objects.filter(pk=first.pk).update(due_on=in_days(5), owner=cast.con)
    assert "Due: Q1" in days(clock)[0].body
    Answer.objects.filter(pk=second.pk).update(due_on=in_days(4), owner=cast.con)
    assert "2 answers are due" in days(clock)[0].body
    Answer.objects.filter(pk=second.pk).update(verdict="met")
    assert days(clock) == []


def test_nothing_due_is_no_mail(cast, clock):
    choose(cast, cast.rob)
    assert days(clock, 3) == []
    assert Reminders.objects.get(user=cast.rob).mailed == 0


def test_who_chose_nothing_gets_one_a_week(cast, clock):
    for number in range(20):
        factories.make_action(cast.acme, cast.ada, due_on=in_days(number + 3), owner=cast.con)
    tasks.queue_due()
    mails = days(clock, 14)
    assert [m.to for m in mails] == [[cast.con.email]] * 2
    assert not Reminders.objects.filter(user=cast.aud).exists()


def test_owners_set_the_default(cast, clock, sign_in_freshly):
    reply = sign_in_freshly(cast.ada).post(f"{PAGE}rules/", {"rhythm": "never", "escalate_days": ""})
    assert reply.status_code == 302
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    tasks.queue_due()
    assert days(clock, 8) == []
    assert not Reminders.objects.filter(organisation=cast.acme).exists()
    event = Event.objects.get(action="reminders.set")
    assert event.actor == cast.ada
    actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="daily", escalate_days=None)
    tasks.queue_due()
    cast.acme.actions.update(due_on=in_days(2))
    assert len(days(clock)) == 1
    actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="never", escalate_days=None)
    cast.acme.actions.update(due_on=in_days(3))
    assert days(clock, 3) == []


@pytest.mark.parametrize("person", ["otto", "con", "rev", "rob"])
def test_only_owners_set_the_default(cast, sign_in, person):
    reply = sign_in(getattr(cast, person)).post(f"{PAGE}rules/", {"rhythm": "never"})
    assert reply.status_code == 403
    assert not Rules.objects.exists()


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("de", "Acme: 1 Termin für Sie", "DIE NÄCHSTEN SIEBEN TAGE"),
        ("fr", "Acme: 1 échéance pour vous", "LES SEPT PROCHAINS JOURS"),
        ("en", "Acme: 1 date for you", "THE NEXT SEVEN DAYS"),
    ],
)
def test_language_is_the_persons(cast, clock, language, subject, said):
    choose(cast, cast.con, language=language)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    (mail,) = days(clock)
    assert mail.subject == subject
    assert said in mail.body
    assert f'<html lang="{language}">' in mail.alternatives[0].content


def test_day_is_that_of_the_persons_clock(cast, clock):
    """At noon UTC it is the next day in Kiritimati: the action is late there already."""
    clock.move_to("2026-11-30T12:00:00+00:00")
    factories.make_action(cast.acme, cast.ada, due_on=timezone.localdate(), owner=cast.con)
    row = choose(cast, cast.con, time_zone="Pacific/Kiritimati")
    mail_digest(reminders_id=row.pk)
    assert "LATE" in send_queued()[0].body


def test_mail_has_text_and_html_with_the_same_dates(cast, clock):
    title = 'A "quoted" <b>title</b> & {{ 7 }} ' + "x" * 150
    choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, title=title[:200], due_on=in_days(3), owner=cast.con)
    (mail,) = days(clock)
    html = mail.alternatives[0].content
    assert "<b>title" not in html
    assert "&lt;b&gt;title&lt;/b&gt; &amp; {{ 7 }}" in html
    assert "<b>title</b> & {{ 7 }}" in mail.body
    assert not re.search(r"<img|style=|<script|src=", html)
    links = set(re.findall(r"http://\S+", mail.body))
    assert links == set(re.findall(r'href="(http[^"]+)"', html))
    parts = [part.get_content_type() for part in mail.message().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_hostile_title_adds_no_line_to_the_text(cast, clock):
    choose(cast, cast.con)
    action = factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    type(action).objects.update(title="A\r\n\r\nLATE\n- pay here: http://evil.example")
    (mail,) = days(clock)
    assert "\nLATE" not in mail.body
    assert "Bcc" not in mail.subject


def test_lines_of_the_text_are_short(cast, clock):
    choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, title="word " * 39, due_on=in_days(3), owner=cast.con)
    (mail,) = days(clock)
    long = [one for one in mail.body.splitlines() if len(one) > 78]
    assert all(one.strip().startswith("http") for one in long)
    assert "\n  word word" in mail.body


def test_digest_holds_no_answer_note_or_comment(cast, clock):
    assessment = calendar_days.fill(cast)
    assessment.answers.update(note="Secret note", reason="Secret reason")
    cast.acme.actions.update(text="Secret text")
    choose(cast, cast.con)
    (mail,) = days(clock)
    assert "Secret" not in mail.body + mail.alternatives[0].content


def test_long_digest_names_twenty_and_counts_the_rest(cast, clock):
    for _ in range(25):
        factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    choose(cast, cast.con)
    (mail,) = days(clock)
    assert mail.subject == "Acme: 25 dates for you"
    assert mail.body.count("Due: AC-") == 20
    assert "and 5 more in the calendar" in mail.body
    assert days(clock, 2) == []


def test_removed_member_gets_nothing(cast, clock):
    row = choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    member = Membership.objects.get(user=cast.con)
    clock.shift(timedelta(days=1))
    tasks.queue_due()
    remove_member(by=cast.ada, membership=member)
    assert work() == ["nobody"]
    assert not Reminders.objects.filter(pk=row.pk).exists()
    assert days(clock, 3) == []


def test_nothing_is_mailed_about_a_sample(cast, clock, sign_in):
    row = choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    Organisation.objects.filter(pk=cast.acme.pk).update(sample_of=cast.con)
    assert mail_digest(reminders_id=row.pk) == "nobody"
    client, said = sign_in(cast.con), "Attest mails no digest of a sample."
    assert said in client.get(PAGE).text
    form = {"rhythm": "weekly", "hour": 7, "weekday": 0, "language": "en"}
    page = client.post(PAGE, form)
    assert (page.status_code, said in page.text) == (422, True)
    row.refresh_from_db()
    assert row.rhythm == "daily"
    assert days(clock, 2) == []


def test_without_a_mail_server_nothing_is_queued_or_promised(cast, clock, sign_in, settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    clock.shift(timedelta(days=2))
    assert tasks.queue_due() == 0
    assert not DBTaskResult.objects.exists()
    assert "No mail server is set" in sign_in(cast.con).get(PAGE).text


def test_erased_person_is_reminded_of_nothing(cast, clock):
    row = choose(cast, cast.con)
    factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
    mail_digest(reminders_id=row.pk)
    erase_person(by=None, person=cast.con)
    task = DBTaskResult.objects.get(task_path="compliance.ground.web.mail.send")
    assert "Write the list" not in str(task.args_kwargs)
    assert "/digest/" not in str(task.args_kwargs)
    assert not Reminders.objects.exists()
    assert send_queued() == []


class TestOnce:
    """Exactly once, whoever dies when."""

    @pytest.fixture
    def row(self, cast):
        factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
        return choose(cast, cast.con)

    def test_looking_again_queues_nothing_more(self, row, clock):
        clock.shift(timedelta(days=1))
        assert (tasks.queue_due(), tasks.queue_due()) == (1, 0)
        assert work() == ["mailed"]
        assert len(send_queued()) == 1

    def test_worker_that_died_behind_the_mail_is_followed_by_silence(self, row, clock):
        clock.shift(timedelta(days=1))
        tasks.queue_due()
        assert work() == ["mailed"]
        DBTaskResult.objects.filter(task_path=tasks.send_digest.module_path).update(
            status="READY", finished_at=None, return_value=None
        )
        assert work() == ["quiet"]
        assert len(send_queued()) == 1

    def test_worker_that_died_before_the_commit_has_mailed_nothing(self, row, monkeypatch):
        def die(*_, **__):
            raise SystemError

        with monkeypatch.context() as patched:
            patched.setattr(Reminders, "save", die)
            with pytest.raises(SystemError):
                mail_digest(reminders_id=row.pk)
        assert not queued().exists()
        assert mail_digest(reminders_id=row.pk) == "mailed"
        assert len(send_queued()) == 1

    def test_mail_is_not_mailed_again_when_its_worker_dies_after_it(self, row, clock):
        mail_digest(reminders_id=row.pk)
        assert len(send_queued()) == 1
        task = DBTaskResult.objects.get(task_path="compliance.ground.web.mail.send")
        assert "stop" not in task.args_kwargs["kwargs"]
        DBTaskResult.objects.update(status="READY", finished_at=None)
        assert send_queued() == []

    def test_clock_that_jumped_ahead_and_back_loses_no_day(self, row, clock):
        clock.shift(timedelta(days=4000))
        tasks.queue_due()
        DBTaskResult.objects.all().delete()
        clock.move_to("2026-12-01T08:00:00+00:00")
        assert tasks.queue_due() == 0  # the moment was a wrong one: nothing goes out
        row.refresh_from_db()
        assert row.next_at.isoformat() == "2026-12-02T07:00:00+00:00"
        clock.move_to("2026-12-02T08:00:00+00:00")
        assert tasks.queue_due() == 1

    @pytest.mark.parametrize("how", ["person", "owner"])
    def test_moment_that_has_come_is_not_lost_when_the_rhythm_is_set_then(self, row, cast, clock, how):
        if how == "owner":
            row = choose(cast, cast.con, rhythm="")
        clock.move_to(row.next_at + timedelta(seconds=20))  # before the clock looks
        if how == "person":
            choose(cast, cast.con, rhythm="weekly", language="de")
        else:
            actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="daily", escalate_days=None)
        assert (tasks.queue_due(), tasks.queue_due()) == (1, 0)
        assert work() == ["mailed"]

    def test_week_without_a_server_is_one_digest(self, row, clock):
        clock.shift(timedelta(days=7))
        assert tasks.queue_due() == 1
        assert tasks.queue_due() == 0


class TestEscalation:
    """Late work of others, for whoever answers for it."""

    @pytest.fixture
    def late(self, cast):
        factories.make_action(cast.acme, cast.ada, title="Late one", due_on=in_days(-4), owner=cast.con)
        choose(cast, cast.otto)

    def escalate(self, cast, days):
        actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="never", escalate_days=days)

    def test_is_off_until_an_owner_sets_it(self, late, cast, clock):
        assert days(clock, 3) == []

    def test_officer_gets_one_mail_after_the_days_and_the_trail_an_event(self, late, cast, clock):
        self.escalate(cast, 6)
        assert days(clock) == []
        (mail,) = days(clock)
        assert mail.to == [cast.otto.email]
        assert "LATE BY 6 DAYS OR MORE" in mail.body
        assert "Late one" in mail.body
        assert days(clock, 5) == []
        event = Event.objects.get(action="reminders.escalated")
        assert event.actor is None
        assert '"count":1' in event.payload
        assert '"days":6' in event.payload

    def test_owner_gets_a_mail_only_where_there_is_no_officer(self, late, cast, clock):
        self.escalate(cast, 1)
        choose(cast, cast.ada)
        choose(cast, cast.rev)
        assert [m.to for m in days(clock)] == [[cast.otto.email]]
        remove_member(by=cast.ada, membership=Membership.objects.get(user=cast.otto))
        assert [m.to for m in days(clock)] == [[cast.ada.email]]

    def test_digest_that_asks_nothing_leaves_no_event(self, late, cast, clock):
        choose(cast, cast.con)
        assert len(days(clock)) == 1
        assert not Event.objects.filter(action="reminders.escalated").exists()


class TestNobodys:
    """Work that no member has any more, or yet, for whoever answers for it."""

    @pytest.fixture
    def left(self, cast):
        """Dates whose people are gone, one without an owner, one of a member."""
        gone = factories.make_user("Gone")
        make = partial(factories.make_action, cast.acme, cast.ada, due_on=in_days(3))
        make(title="Left behind", owner=gone)
        make(title="Never given")
        make(title="Con has it", owner=cast.con)
        factories.make_assessment(cast.acme, gone, subject="Old", due_on=in_days(4))
        choose(cast, cast.otto)

    def test_officer_gets_it_once_and_once_more_when_it_is_late(self, left, cast, clock):
        (mail,) = days(clock)
        assert mail.subject == "Acme: 3 dates for you"
        assert "WORK THAT NOBODY HAS" in mail.body
        for line in ("Left behind", "Never given", "Old"):
            assert line in mail.body
        assert "Con has it" not in mail.body
        assert days(clock, 2) == []
        assert len(days(clock, 2)) == 2

    def test_others_do_not_get_it(self, left, cast, clock):
        for person in (cast.ada, cast.con, cast.rev):
            choose(cast, person)
        mails = days(clock)
        told = [m.to[0] for m in mails if "NOBODY HAS" in m.body]
        assert told == [cast.otto.email]

    def test_part_of_a_day_that_is_ones_own_hides_no_late_work_of_others(self, cast, clock):
        assessment = factories.make_assessment(cast.acme, cast.ada)
        first, second, _ = assessment.answers.order_by("pk")
        for answer, owner in ((first, cast.otto), (second, cast.con)):
            rows = Answer.objects.filter(pk=answer.pk)
            rows.update(due_on=in_days(-4), owner=owner)
        choose(cast, cast.otto)
        actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="never", escalate_days=2)
        (mail,) = days(clock)
        assert "LATE BY 2 DAYS OR MORE" in mail.body
        assert "2 answers are due" in mail.body


class TestLocks:
    """The trail is locked last, as a digest does that reports late work (decision 4)."""

    def asked(self, captured):
        """The tables of each statement that changes reminders or locks the chain."""
        marks = "compliance_reminders", "compliance_chainhead"
        found = [one["sql"] for one in captured if not one["sql"].startswith("SAVE")]
        return [mark for sql in found for mark in marks if f'"{mark}"' in sql]

    def test_rules_move_reminders_before_the_trail(self, cast):
        Reminders.objects.create(organisation=cast.acme, user=cast.con)
        with CaptureQueriesContext(connection) as captured:
            actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="daily", escalate_days=None)
        asked = self.asked(captured)
        first = asked.index("compliance_chainhead")
        assert "compliance_reminders" in asked[:first]
        assert "compliance_reminders" not in asked[first:]

    def test_removal_ends_reminders_before_the_trail(self, cast):
        choose(cast, cast.con)
        actions.make_feed(by=cast.con, organisation=cast.acme, is_own_only=True)
        member = Membership.objects.get(user=cast.con)
        with CaptureQueriesContext(connection) as captured:
            remove_member(by=cast.ada, membership=member)
        asked = self.asked(captured)
        first = asked.index("compliance_chainhead")
        assert "compliance_reminders" in asked[:first]
        assert "compliance_reminders" not in asked[first:]


class TestStop:
    """One press ends them: RFC 8058."""

    @pytest.fixture
    def row(self, cast):
        factories.make_action(cast.acme, cast.ada, due_on=in_days(3), owner=cast.con)
        return choose(cast, cast.con)

    def path(self, row):
        return stop_address(row).removeprefix("http://127.0.0.1:8000")

    def test_mail_has_the_two_headers(self, row):
        mail_digest(reminders_id=row.pk)
        (mail,) = send_queued()
        headers = mail.message()
        assert headers["List-Unsubscribe"] == f"<{stop_address(row)}>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["Message-ID"]
        wire = mail.message(policy=SMTP).as_bytes()
        assert f"\r\nList-Unsubscribe: <{stop_address(row)}>\r\n".encode() in wire

    def test_post_of_a_mail_program_ends_them(self, row, clock):
        client = Client(enforce_csrf_checks=True)
        reply = client.post(
            self.path(row),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert reply.status_code == 200
        assert "Set-Cookie" not in reply
        assert days(clock, 9) == []
        row.refresh_from_db()
        assert row.rhythm == "never"

    def test_looking_ends_nothing(self, row, clock):
        client = Client()
        for ask in (client.get, client.head):
            assert ask(self.path(row)).status_code == 200
        assert len(days(clock)) == 1

    @pytest.mark.parametrize("change", ["x{}", "{}x", "1", "1:abc", "{}:"])
    def test_forged_address_ends_nothing(self, row, change):
        token = self.path(row).rstrip("/").rpartition("/")[2]
        forged = f"/digest/{change.format(token)}/"
        assert Client().post(forged).status_code == 404
        row.refresh_from_db()
        assert row.rhythm == "daily"

    def test_address_of_a_past_membership_ends_nothing(self, row, cast):
        path = self.path(row)
        remove_member(by=cast.ada, membership=Membership.objects.get(user=cast.con))
        Membership.objects.create(organisation=cast.acme, user=cast.con, role="contributor")
        choose(cast, cast.con)
        assert Client().post(path).status_code == 404
        assert Reminders.objects.get(user=cast.con).rhythm == "daily"


def test_page_keeps_what_is_chosen(cast, sign_in):
    client = sign_in(cast.rob)
    form = {
        "rhythm": "weekly",
        "hour": 18,
        "weekday": 4,
        "language": "fr",
        "time_zone": "Europe/Paris",
    }
    assert client.post(PAGE, form).status_code == 302
    row = Reminders.objects.get()
    assert (row.user, row.rhythm, row.hour, row.weekday) == (cast.rob, "weekly", 18, 4)
    assert row.next_at.isoformat() == "2026-12-04T17:00:00+00:00"
    assert 'value="Europe/Paris" selected' in client.get(PAGE).text


@pytest.mark.parametrize(
    "wrong",
    [{"hour": 24}, {"weekday": 7}, {"language": "xx"}, {"time_zone": "Mars/Base"},
     {"rhythm": "hourly"}, {"hour": ""}],
)  # fmt: skip
def test_wrong_choice_is_refused(cast, sign_in, wrong):
    form = {"rhythm": "daily", "hour": 7, "weekday": 0, "language": "en"} | wrong
    assert sign_in(cast.rob).post(PAGE, form).status_code == 422
    assert not Reminders.objects.exists()


@pytest.mark.parametrize("number", [0, 91, -1, "x"])
def test_escalation_out_of_bounds_is_refused(cast, sign_in, number):
    form = {"rhythm": "weekly", "escalate_days": number}
    assert sign_in(cast.ada).post(f"{PAGE}rules/", form).status_code == 422
    assert not Rules.objects.exists()


def test_page_shows_what_a_digest_would_say(cast, sign_in):
    calendar_days.fill(cast)
    page = sign_in(cast.con).get(PAGE).text
    assert "Acme: 3 dates for you" in page
    assert "/digest/" not in page
    assert not Reminders.objects.exists()
