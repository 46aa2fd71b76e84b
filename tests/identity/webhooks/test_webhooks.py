"""Webhooks: signed, sent for every event at least once, and without a word that people wrote."""

import base64
import hashlib
import hmac
import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from urllib.parse import urljoin

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.outgoing import CallFailedError, Reply
from compliance.ground.web.worker import _worker
from compliance.identity.webhooks import actions, views
from compliance.identity.webhooks.actions import sending
from compliance.identity.webhooks.actions.keeping import MOST
from compliance.identity.webhooks.choices import State
from compliance.identity.webhooks.models import count_by_state
from compliance.identity.webhooks.tasks import queue_due, send_to_webhook
from compliance.models import Delivery, Event, Webhook
from compliance.operations.backups import tables
from compliance.proof.audit import trail
from compliance.proof.audit.bearing import bearing
from compliance.work.discussion.actions import comment
from tests.support.factories import PASSWORD, make_assessment
from tests.support.page_text import flat

URL = "/o/acme/webhooks/"
ADDRESS = "https://hooks.example.com/attest?a=b"


class Receiver:
    """In place of the network: keeps each message, and answers with what is next."""

    def __init__(self):
        self.got = []
        self.answers = []
        self.standing = 204

    def __call__(self, method, url, *, headers, body, **_):
        assert (method, url) == ("POST", ADDRESS)
        self.got.append((headers, body))
        answer = self.answers.pop(0) if self.answers else self.standing
        if isinstance(answer, BaseException):
            raise answer
        return Reply(answer, {}, b"")

    @property
    def ids(self):
        return [headers["Webhook-Id"] for headers, _ in self.got]

    @property
    def types(self):
        return [json.loads(body)["type"] for _, body in self.got]


@pytest.fixture
def receiver(monkeypatch):
    found = Receiver()
    monkeypatch.setattr(sending, "call", found)
    return found


@pytest.fixture
def clock():
    """A clock that a test moves on."""
    with time_machine.travel(timezone.now(), tick=False) as found:
        yield found


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"


@pytest.fixture
def answer(cast):
    return make_assessment(cast.acme, cast.ada).answers.first()


def make(cast, topics=("comment",), **more):
    words = {"by": cast.ada, "organisation": cast.acme, "address": ADDRESS, **more}
    return actions.make_webhook(topics=topics, **words)


def say(answer, cast, text="Seen"):
    return comment(by=cast.con, answer=answer, text=text)


def work():
    """One turn of clock and worker."""
    queue_due()
    do_queued()


def do_queued():
    own = _worker("tests")
    for task in DBTaskResult.objects.ready():
        if task.task_path == send_to_webhook.module_path:
            task.claim(own.worker_id)
            own.run_task(task)


def signed(secret, headers, body):
    """The signature as a receiver works it out, by the words of the standard."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    covered = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.{body.decode()}"
    digest = hmac.new(key, covered.encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def test_event_is_sent_once_signed_and_without_a_word_of_people(cast, answer, receiver):
    _, secret = make(cast)
    say(answer, cast, "Do not send this")
    work()
    work()
    [(headers, body)] = receiver.got
    event = Event.objects.get(action="comment.written")
    assert headers["Webhook-Signature"] == signed(secret, headers, body)
    assert headers["Webhook-Id"] == f"evt_{cast.acme.pk.hex}_{event.seq}"
    message = json.loads(body)
    assert (message["type"], message["timestamp"]) == (
        event.action,
        event.at.isoformat(),
    )
    assert message["data"] == {
        "organisation": "acme",
        "seq": event.seq,
        "subject": {"type": event.subject_label, "id": event.subject_id},
        "assessment": str(answer.assessment_id),
        "token": None,
        "hash": event.hash,
    }
    assert b"Do not send" not in body
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.tries) == ("delivered", 204, 1)


def test_nothing_from_before_and_no_other_topic_is_sent(cast, answer, receiver):
    say(answer, cast)
    make(cast, topics=["evidence", "people"])
    say(answer, cast)
    work()
    assert receiver.types == ["webhook.made"]


def test_events_of_another_organisation_are_not_sent(cast, receiver):
    make(cast, topics=["assessment"])
    make_assessment(cast.other, cast.zoe)
    trail_before = trail.newest(cast.acme.pk)
    work()
    assert (receiver.got, trail.newest(cast.acme.pk)) == ([], trail_before)


def test_change_by_a_program_names_its_token(cast, answer, receiver):
    make(cast)
    with bearing(7):
        say(answer, cast)
    work()
    [(_, body)] = receiver.got
    assert json.loads(body)["data"]["token"] == 7


def test_refused_change_is_never_sent(cast, answer, receiver):
    make(cast)
    with pytest.raises(ValidationError):
        say(answer, cast, "")
    work()
    assert receiver.got == []


def test_failed_message_is_tried_again_after_growing_pauses(cast, answer, receiver, clock):
    make(cast)
    say(answer, cast)
    receiver.standing = 500
    moments = []
    for _ in range(4):
        work()
        [delivery] = Delivery.objects.all()
        moments.append(delivery.next_at - timezone.now())
        work()  # nothing is due yet
        assert len(receiver.got) == len(moments)
        clock.move_to(delivery.next_at)
    assert [pause.total_seconds() for pause in moments] == [5, 30, 120, 600]
    receiver.standing = 200
    work()
    assert len(set(receiver.ids)) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert Webhook.objects.get().failures == 0


def test_message_that_a_fast_clock_put_off_is_tried_with_the_right_one(cast, answer, receiver, clock):
    make(cast)
    say(answer, cast)
    receiver.standing = 500
    now = timezone.now()
    clock.move_to(now + timedelta(days=300))
    work()
    receiver.standing = 200
    clock.move_to(now)
    work()
    assert len(receiver.got) == 2
    assert Delivery.objects.get().state == State.DELIVERED


@pytest.mark.parametrize("answer_", [302, 404, 500, CallFailedError("No answer.")])
def test_anything_but_success_is_a_failure(answer_, cast, answer, receiver):
    make(cast)
    say(answer, cast)
    receiver.answers = [answer_]
    work()
    delivery = Delivery.objects.get()
    assert delivery.state == "waiting"
    assert delivery.problem == ("No answer." if delivery.status is None else "")


def test_killed_worker_loses_nothing_and_repeats_the_same_id(cast, answer, receiver, clock):
    make(cast)
    say(answer, cast)
    queue_due()
    receiver.answers = [KeyboardInterrupt()]
    webhook = Webhook.objects.get()
    with pytest.raises(KeyboardInterrupt):
        actions.send_due(webhook_id=webhook.pk)
    assert Delivery.objects.get().state == "waiting"
    clock.shift(sending.LEASE + timedelta(seconds=1))
    DBTaskResult.objects.all().delete()  # whatever became of its task
    work()
    assert receiver.ids == [receiver.ids[0]] * 2
    assert Delivery.objects.get().state == "delivered"


def test_one_message_that_fails_holds_up_no_other(cast, answer, receiver, clock):
    make(cast)
    say(answer, cast, "First")
    receiver.answers = [500]
    work()
    say(answer, cast, "Second")
    clock.shift(6)
    receiver.answers = [200, 500]
    work()
    states = Delivery.objects.order_by("seq").values_list("state", flat=True)
    assert list(states) == ["waiting", "delivered"]


def test_receiver_that_is_down_costs_one_call_a_turn_and_loses_nothing(
    cast, answer, receiver, clock, monkeypatch
):
    monkeypatch.setattr(sending, "MOST_WAITING", 3)
    make(cast)
    for number in range(5):
        say(answer, cast, f"No. {number}")
    receiver.standing = 503
    work()
    assert (len(receiver.got), Delivery.objects.count()) == (1, 3)
    clock.shift(60)
    receiver.standing = 200
    work()
    work()
    assert len(set(receiver.ids)) == 5
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_message_is_given_up_after_three_days_and_sent_again_by_hand(cast, answer, receiver, clock, sign_in):
    webhook, _ = make(cast)
    say(answer, cast)
    receiver.standing = 500
    work()
    clock.shift(sending.GIVE_UP)
    work()
    delivery = Delivery.objects.get()
    assert delivery.state == "given_up"
    client = sign_in(cast.ada)
    assert "Send all 1 again" in client.get(f"{URL}{webhook.pk}/").content.decode()
    receiver.standing = 200
    for wrong in ("x", "9" * 30):
        client.post(f"{URL}{webhook.pk}/again/", {"delivery": wrong})
        assert Delivery.objects.get().state == "given_up"
    client.post(f"{URL}{webhook.pk}/again/", {"delivery": delivery.pk})
    work()
    assert Delivery.objects.get().state == "delivered"
    assert len(set(receiver.ids)) == 1


def test_receiver_that_is_gone_ends_the_webhook(cast, answer, receiver):
    make(cast)
    say(answer, cast)
    receiver.answers = [410]
    work()
    webhook = Webhook.objects.get()
    assert "gone" in webhook.state
    assert Event.objects.get(action="webhook.ended").actor is None
    say(answer, cast)
    work()
    assert len(receiver.got) == 1


def test_ended_webhook_promises_no_further_try(cast, answer, receiver, sign_in):
    webhook, _ = make(cast)
    for text in ("First", "Second"):
        say(answer, cast, text)
    receiver.answers = [410]
    work()
    page = flat(sign_in(cast.ada).get(f"{URL}{webhook.pk}/").text)
    assert "the receiver said that it is gone" in page
    assert "next try" not in page
    assert "Waiting" not in page
    assert page.count("Not sent") == 2
    assert sum(count_by_state().values()) == 0


def test_both_secrets_sign_for_a_day_after_a_change(cast, answer, receiver, clock):
    webhook, first = make(cast)
    second = actions.change_secret(by=cast.ada, webhook=webhook)
    for shift in (0, 25):
        clock.shift(timedelta(hours=shift))
        say(answer, cast)
        work()
    (during, *said), (after, *later) = receiver.got
    both = [signed(second, during, *said), signed(first, during, *said)]
    assert during["Webhook-Signature"].split() == both
    assert after["Webhook-Signature"] == signed(second, after, *later)


def test_secret_before_still_signs_for_its_day_where_it_is_changed_twice(cast, answer, receiver, clock):
    webhook, first = make(cast)
    change = {"by": cast.ada, "webhook": webhook}
    second = actions.change_secret(**change)
    clock.shift(timedelta(hours=2))
    third = actions.change_secret(**change)
    for hours in (0, 23, 2):
        clock.shift(timedelta(hours=hours))
        say(answer, cast)
        work()
    known = [[third, second, first], [third, second], [third]]
    for (headers, body), secrets in zip(receiver.got, known, strict=True):
        wanted = [signed(one, headers, body) for one in secrets]
        assert headers["Webhook-Signature"].split() == wanted


def test_secret_is_shown_once_and_stored_nowhere(cast, sign_in):
    client = sign_in(cast.ada)
    sent = {"address": ADDRESS, "topics": ["answer"], "password": PASSWORD}
    page = client.post(f"{URL}new/", sent).content.decode()
    [secret] = re.findall(r'value="(whsec_[\w+/=]+)"', page)
    webhook = Webhook.objects.get()
    assert secret not in client.get(f"{URL}{webhook.pk}/").content.decode()
    kept = [str(value) for value in Webhook.objects.values_list().get()]
    kept.append(Event.objects.get(action="webhook.made").payload)
    assert not any(secret in one for one in kept)


def test_making_a_webhook_asks_who_one_is_and_keeps_what_was_typed(cast, sign_in):
    sent = {"address": ADDRESS, "topics": ["answer"], "password": "wrong"}
    reply = sign_in(cast.ada).post(f"{URL}new/", sent)
    assert (reply.status_code, Webhook.objects.count()) == (422, 0)
    assert ADDRESS in reply.content.decode()


@pytest.mark.parametrize("address", ["http://example.com/", "https://10.0.0.1/", "ftp://a/", "nonsense"])
def test_refused_address_says_why_and_changes_nothing(address, cast, sign_in_freshly):
    sent = {"address": address, "topics": ["answer"]}
    reply = sign_in_freshly(cast.ada).post(f"{URL}new/", sent)
    page = reply.content.decode()
    assert (reply.status_code, Webhook.objects.count()) == (422, 0)
    assert f'value="{address}"' in page
    assert 'id="webhook-address_error"' in page


def test_webhook_without_topics_or_beyond_the_most_is_refused(cast):
    for topics in ((), ("nonsense",)):
        with pytest.raises(ValidationError):
            make(cast, topics=topics)
    for _ in range(MOST):
        make(cast)
    with pytest.raises(ValidationError, match="End one first"):
        make(cast)


def test_failed_tries_are_counted_as_tries(cast, answer, receiver, clock, sign_in):
    webhook, _ = make(cast)
    say(answer, cast)
    receiver.standing = 500
    for _ in range(2):
        work()
        clock.shift(60)
    page = flat(sign_in(cast.ada).get(f"{URL}{webhook.pk}/").text)
    assert Delivery.objects.count() == 1
    assert "Failed tries in a row: 2; next try" in page


def test_pages_of_the_log_open_beside_a_new_secret(cast, sign_in_freshly):
    webhook, _ = make(cast)
    rows = [Delivery(webhook=webhook, seq=n, action="x") for n in range(1, 52)]
    Delivery.objects.bulk_create(rows)
    client = sign_in_freshly(cast.ada)
    reply = client.post(f"{URL}{webhook.pk}/secret/")
    assert "For 24 hours" in flat(reply.text)
    [path] = re.findall(r'rel="next"\s+href="([^"]+)"', reply.text)
    page = client.get(urljoin(reply.request["PATH_INFO"], path))
    assert page.status_code == 200
    assert "51 to 51 of 51" in page.text


def test_test_message_says_what_came_of_it(cast, receiver, sign_in):
    webhook, secret = make(cast)
    client = sign_in(cast.ada)
    receiver.answers = [200, 500, CallFailedError("No answer.")]
    said = [client.post(f"{URL}{webhook.pk}/test/", follow=True).content.decode() for _ in range(3)]
    assert "took the test (200)" in said[0]
    assert "answered 500" in said[1]
    assert "No answer." in said[2]
    assert receiver.types == ["webhook.test"] * 3
    assert len(set(receiver.ids)) == 3
    headers, body = receiver.got[0]
    assert headers["Webhook-Signature"] == signed(secret, headers, body)
    assert actions.send_again(webhook=webhook) == 0  # no test is sent again


def test_test_that_fails_is_not_counted_as_given_up(cast, receiver):
    webhook, _ = make(cast)
    receiver.standing = 500
    assert actions.send_test(webhook=webhook).state == "given_up"
    assert count_by_state() == {"waiting": 0, "delivered": 0, "given_up": 0}


def test_test_that_arrives_makes_failed_messages_due(cast, answer, receiver):
    webhook, _ = make(cast)
    say(answer, cast)
    receiver.answers = [500]
    work()
    actions.send_test(webhook=webhook)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.next_at <= timezone.now()) == (0, True)


def test_test_that_arrives_ends_the_pause_of_failed_messages(cast, answer, receiver, clock):
    webhook, _ = make(cast)
    say(answer, cast)
    receiver.standing = 500
    for _ in range(6):
        work()
        clock.move_to(Delivery.objects.get().next_at)
    work()
    receiver.standing = 200
    actions.send_test(webhook=webhook)
    work()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_test_that_arrives_leaves_to_a_worker_what_it_sends_right_now(cast, answer, receiver):
    webhook, _ = make(cast)
    say(answer, cast)
    queue_due()
    assert sending._claimed(webhook.pk)
    actions.send_test(webhook=webhook)
    assert sending._claimed(webhook.pk) is None


def test_tests_are_counted_by_organisation(cast, receiver, sign_in, monkeypatch):
    monkeypatch.setattr(views, "_TESTS", {"webhook_test": "1/10m/key"})
    webhook, _ = make(cast)
    other, _ = make(cast)
    pages = [sign_in(cast.ada).post(f"{URL}{one.pk}/test/", follow=True) for one in (webhook, other)]
    assert "took the test" in flat(pages[0].text)
    assert "Wait a while" in flat(pages[1].text)
    assert len(receiver.got) == 1


def test_ended_webhook_gets_nothing_and_stays_in_the_list(cast, answer, receiver, sign_in):
    webhook, _ = make(cast)
    say(answer, cast)
    queue_due()
    client = sign_in(cast.ada)
    for _ in range(2):
        client.post(f"{URL}{webhook.pk}/end/")
    do_queued()
    assert receiver.got == []
    assert Event.objects.filter(action="webhook.ended").count() == 1
    assert "hooks.example.com" in client.get(URL).content.decode()
    webhook.refresh_from_db()
    for act in (
        lambda: actions.send_test(webhook=webhook),
        lambda: actions.send_again(webhook=webhook),
        lambda: actions.change_secret(by=cast.ada, webhook=webhook),
    ):
        with pytest.raises(ValidationError):
            act()


def test_without_the_key_of_its_secret_nothing_is_signed_with_another(
    cast, answer, receiver, settings, tmp_path
):
    make(cast)
    say(answer, cast)
    settings.KEYS_DIR = tmp_path
    work()
    assert receiver.got == []
    assert "keys folder" in Delivery.objects.get().problem


def test_secret_of_a_retired_key_signs_until_it_is_changed(cast, answer, receiver, clock, settings):
    webhook, first = make(cast)
    retired = settings.KEYS_DIR / "retired" / "webhooks-2026.key"
    retired.parent.mkdir()
    (settings.KEYS_DIR / "webhooks.key").rename(retired)
    say(answer, cast)
    work()
    second = actions.change_secret(by=cast.ada, webhook=webhook)
    for hours in (1, 24):
        clock.shift(timedelta(hours=hours))
        say(answer, cast)
        work()
    (old, *said), (during, *more), (after, *later) = receiver.got
    assert old["Webhook-Signature"] == signed(first, old, *said)
    both = {signed(second, during, *more), signed(first, during, *more)}
    assert both < set(during["Webhook-Signature"].split())
    assert after["Webhook-Signature"] == signed(second, after, *later)
    retired.unlink()
    clock.shift(timedelta(hours=1))
    say(answer, cast)
    work()
    last, *body = receiver.got[3]
    assert last["Webhook-Signature"] == signed(second, last, *body)


def test_old_messages_leave_the_log(cast, answer, receiver, clock):
    make(cast)
    say(answer, cast)
    work()
    clock.shift(sending.KEPT + timedelta(minutes=1))
    say(answer, cast)
    work()
    assert Delivery.objects.count() == 1


def test_turn_is_queued_once_however_many_look(cast, answer, receiver):
    make(cast)
    say(answer, cast)
    assert [queue_due(), queue_due()] == [1, 0]


def test_hostile_address_is_shown_as_text(cast, sign_in):
    address = "https://example.com/'\"><script>alert(1)</script>"
    webhook, _ = make(cast, address=address)
    page = sign_in(cast.ada).get(f"{URL}{webhook.pk}/").content.decode()
    assert "<script>alert" not in page


def test_restored_backup_calls_nobody(cast):
    webhook, _ = make(cast)
    [row] = tables.values(Webhook, timezone.now())
    [kept] = [value for value in row if str(value).startswith("over-")]
    Webhook.objects.filter(pk=webhook.pk).update(secret_hash=kept)
    webhook.refresh_from_db()
    assert "restored" in webhook.state
    assert not Webhook.objects.standing().exists()
    assert Delivery not in tables.kept()


class Door(BaseHTTPRequestHandler):
    """A receiver over HTTP, which keeps each message."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_receiver_over_http_gets_a_message_that_it_can_check(cast, answer, settings):
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    with HTTPServer(("127.0.0.1", 0), Door) as door:
        door.got = []
        _, secret = make(cast, address=f"http://127.0.0.1:{door.server_port}/hook")
        say(answer, cast)
        thread = threading.Thread(target=door.handle_request)
        thread.start()
        work()
        thread.join(timeout=20)
    [(headers, body)] = door.got
    assert headers["Webhook-Signature"] == signed(secret, headers, body)
    assert Delivery.objects.get().status == 204


def test_press_that_is_sent_twice_makes_one_webhook(cast, sign_in):
    ada = sign_in(cast.ada)
    form = {"address": ADDRESS, "topics": "comment", "password": PASSWORD}
    first = ada.post(f"{URL}new/", form | {"sending": "17-1"})
    assert first.context["secret"]
    again = ada.post(f"{URL}new/", form | {"sending": "17-1"}, follow=True)
    assert "was made already" in again.text
    assert "Change the secret" in again.text
    assert Webhook.objects.count() == 1
    ada.post(f"{URL}new/", form | {"sending": "17-2"})
    assert Webhook.objects.count() == 2
