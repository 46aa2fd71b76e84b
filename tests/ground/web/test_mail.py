"""Mail goes out with the change it is about, once, also when the server was down."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.mail import (
    PAUSES_MINUTES,
    absolute,
    is_printed,
    one_line,
    queue_mail,
    render,
    standing,
)
from compliance.identity.organisations.actions import make_editor
from tests.support.factories import make_assessment
from tests.support.mail_queue import queued, refuse_with, run_queued, send_queued

WORDS = {
    "person": "Con",
    "whose": "Ada invites you",
    "organisation": "Acme",
    "role": "Reader",
}
WORDS |= {"link": "http://x/", "has_account": False, "ask": "", "expires_at": None}
UNKNOWN = smtplib.SMTPRecipientsRefused({"con@example.org": (550, b"unknown")})


def ask(to="con@example.org", subject="Hello", about="", organisation_id=None, **context):
    queue_mail(
        organisation_id=organisation_id,
        to=to,
        subject=subject,
        template="invitation",
        context=WORDS | context,
        about=about,
    )


def test_mail_is_sent_once(db):
    ask()
    assert mail.outbox == []
    sent = send_queued()
    assert [(m.to, m.subject) for m in sent] == [(["con@example.org"], "Hello")]
    assert send_queued() == []


def test_change_that_fails_sends_nothing(db):
    def fail():
        with transaction.atomic():
            ask()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert send_queued() == []


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.org\nBcc: b@example.org", "a b@c.org"])
def test_unusable_address_gets_nothing(db, caplog, address):
    ask(to=address)
    assert (queued().count(), "no usable address" in caplog.text) == (0, True)
    assert not address or address not in caplog.text


def test_subject_is_one_bearable_line():
    assert one_line("A\r\nBcc: x@y.org\x00\u2028 b") == "A Bcc: x@y.org b"
    assert len(one_line("x" * 5000)) == 200


def test_text_is_literal():
    text = render("invitation", WORDS | {"whose": "<b>Ada & 'Bo' {{ 7|add:1 }}</b>"})
    assert "<b>Ada & 'Bo' {{ 7|add:1 }}</b>" in text


def test_links_begin_with_the_setting(settings):
    settings.URL = "https://attest.example"
    assert absolute("/o/acme/") == "https://attest.example/o/acme/"


def test_words_leave_the_queue_with_the_mail(db):
    ask(link="http://x/invitation/secret-token/")
    assert "secret-token" in str(queued().get().args_kwargs)
    send_queued()
    assert "secret-token" not in str(DBTaskResult.objects.values_list("args_kwargs"))


@pytest.fixture
def server_down(monkeypatch):
    refuse_with(monkeypatch, ConnectionRefusedError())
    return monkeypatch


def test_mail_waits_while_the_server_is_down(db, server_down):
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        ask()
        assert send_queued() == []
        assert send_queued() == []  # not before its time
        clock.shift(timedelta(minutes=PAUSES_MINUTES[0], seconds=1))
        server_down.undo()
        assert [m.to for m in send_queued()] == [["con@example.org"]]
    assert queued().count() == 0


def test_mail_that_a_time_limit_ends_is_sent_later(db, monkeypatch):
    refuse_with(monkeypatch, type("SoftTimeLimitExceeded", (Exception,), {})())
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        ask()
        assert send_queued() == []
        monkeypatch.undo()
        clock.shift(timedelta(minutes=PAUSES_MINUTES[0], seconds=1))
        assert [m.to for m in send_queued()] == [["con@example.org"]]


def test_pauses_grow_and_end_after_a_day(db, server_down, caplog):
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        ask(link="http://x/invitation/secret-token/")
        for minutes in PAUSES_MINUTES:
            send_queued()
            assert queued().count() == 1
            clock.shift(timedelta(minutes=minutes, seconds=1))
        send_queued()
    assert queued().count() == 0
    assert caplog.text.count("was given up: ConnectionRefusedError.") == 1
    assert list(PAUSES_MINUTES) == sorted(PAUSES_MINUTES)
    assert timedelta(hours=20) < timedelta(minutes=sum(PAUSES_MINUTES)) < timedelta(1)
    assert "con@example.org" not in caplog.text
    assert "secret-token" not in str(DBTaskResult.objects.values_list("args_kwargs"))


def test_refused_address_is_given_up_at_once(db, monkeypatch, caplog):
    refuse_with(monkeypatch, UNKNOWN)
    ask()
    send_queued()
    assert (queued().count(), "con@example.org" in caplog.text) == (0, False)


def test_worker_that_died_after_sending_sends_no_second_time(db):
    ask()
    send_queued()
    DBTaskResult.objects.update(status="READY")
    assert send_queued() == []


def states():
    return {name: (s.is_lost, s.is_late) for name, s in standing(["a", "b"]).items()}


def test_standing_counts_mails_that_have_not_gone_as_late(db, monkeypatch):
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        ask(about="a")
        ask(about="other")
        assert states() == {"a": (False, False)}
        refuse_with(monkeypatch, ConnectionRefusedError())
        send_queued()
        assert states() == {"a": (False, True)}
        assert standing(["a"])["a"].next_try == timezone.now() + timedelta(minutes=1)
        monkeypatch.undo()
        clock.shift(timedelta(minutes=2))
        send_queued()
        assert states() == {}


@pytest.mark.parametrize("error", [UNKNOWN, ZeroDivisionError()])
def test_standing_shows_a_lost_mail_until_the_next(db, monkeypatch, error):
    ask(about="b", link="http://x/invitation/secret-token/")
    refuse_with(monkeypatch, error)
    run_queued()
    assert states() == {"b": (True, False)}
    assert "secret-token" not in str(DBTaskResult.objects.values_list("args_kwargs"))
    monkeypatch.undo()
    ask(about="b")
    send_queued()
    assert states() == {}


def test_each_try_is_the_same_mail(db, monkeypatch):
    tries = []

    def fail(self, *args, **kwargs):
        tries.append(self.extra_headers["Message-ID"])
        raise TimeoutError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        ask()
        for minutes in PAUSES_MINUTES[:2]:
            send_queued()
            clock.shift(timedelta(minutes=minutes, seconds=1))
        monkeypatch.undo()
        (sent,) = send_queued()
    assert {*tries, sent.extra_headers["Message-ID"]} == set(tries[:1])


@pytest.mark.parametrize("name", ["Ada", "Ådå", "Ада"])
def test_link_stands_in_one_line_of_the_mail(db, name):
    link = f"http://attest.example.org/invitation/{'x' * 60}/"
    ask(by=name, link=link)
    (sent,) = send_queued()
    assert f"\n{link}\n".encode() in sent.message().as_bytes()


def test_endless_line_is_sent_whole(db):
    ask(ask="ä" * 2000)
    (sent,) = send_queued()
    made = sent.message()
    assert max(map(len, made.as_bytes().splitlines())) <= 998
    assert "ä" * 2000 in made.get_content()


def test_nothing_typed_becomes_a_header(db):
    ask(subject="A\r\nBcc: x@example.org\r\n\r\nHello", by="B\nCc: y@example.org")
    (sent,) = send_queued()
    made = sent.message()
    assert sorted(made.keys()) == [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert made["Subject"] == "A Bcc: x@example.org Hello"


def test_mails_are_printed_without_a_server(settings):
    console = "django.core.mail.backends.console.EmailBackend"
    assert not is_printed()
    settings.MAILERS = {"default": {"BACKEND": console}}
    assert is_printed()


def test_pages_promise_no_mail_where_there_is_no_mail_server(cast, sign_in, settings, client):
    make_editor(by=None, email=cast.ada.email)
    assessment = make_assessment(cast.acme, cast.ada)
    answer = assessment.answers.first()
    ada = sign_in(cast.ada)
    paths = (
        "/o/acme/checklists/law/index/",
        f"{assessment.get_absolute_url()}answers/{answer.pk}/panel/comments/",
    )
    promises = re.compile(r"by mail|get a mail|on its way")

    def promised():
        pages = [
            *(ada.get(path) for path in paths),
            client.get("/accounts/password/reset/sent/"),
        ]
        assert [page.status_code for page in pages] == [200, 200, 200]
        return [len(promises.findall(page.text)) for page in pages]

    assert promised() == [1, 1, 1]
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    assert promised() == [0, 0, 0]


def test_every_promise_of_a_mail_asks_for_the_mail_server(settings):
    promises = re.compile(r"mail tells|by mail|get a mail|mail brings|link is on its way")
    asks = re.compile(r"\|by_mail|\{% mails as |is_printed")
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    promising = {page for page in pages if promises.search(page.read_text())}
    assert len(promising) > 5
    assert [page.name for page in promising if not asks.search(page.read_text())] == []
