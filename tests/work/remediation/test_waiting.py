"""Actions that wait for others."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.models import Action, ActionWait, Event
from compliance.work.remediation import waiting
from tests.support.factories import make_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasks(cast):
    return [make_action(cast.acme, cast.ada, title=f"Step {n}") for n in range(3)]


def wait(cast, number, other):
    return waiting.wait_for(by=cast.con, organisation=cast.acme, number=number, other=other)


def post(client, number, **data):
    return client.post(reverse("remediation:action_wait", args=["acme", number]), data)


def test_waiting_is_said_once_and_unsaid(cast, tasks):
    wait(cast, 2, 1)
    wait(cast, 2, 1)
    assert Event.objects.filter(action="action.waits").count() == 1
    waiting.wait_no_more(by=cast.con, organisation=cast.acme, number=2, other=1)
    assert not ActionWait.objects.exists()
    assert Event.objects.filter(action="action.waits_no_more").count() == 1


def test_circle_is_refused_also_through_others(cast, tasks):
    wait(cast, 2, 1)
    wait(cast, 3, 2)
    with pytest.raises(ValidationError, match="AC-3 waits for AC-1 already"):
        wait(cast, 1, 3)
    with pytest.raises(ValidationError, match="for itself"):
        wait(cast, 1, 1)
    assert ActionWait.objects.count() == 2


def test_action_of_another_organisation_is_not_found(cast, tasks, sign_in):
    for _ in range(9):
        make_action(cast.other, cast.zoe)
    with pytest.raises(Action.DoesNotExist):
        wait(cast, 1, 9)
    assert post(sign_in(cast.con), 1, other=9).status_code == 404
    assert post(sign_in(cast.rob), 1, other=2).status_code == 403


def test_page_says_who_waits_and_warns_of_an_earlier_day(cast, tasks, sign_in):
    client = sign_in(cast.con)
    first, then, _ = tasks
    Action.objects.filter(pk=first.pk).update(due_on=date(2027, 3, 31))
    Action.objects.filter(pk=then.pk).update(due_on=date(2027, 1, 29))
    assert post(client, 2, other=1).status_code == 302
    page = " ".join(client.get(first.get_absolute_url()).text.split())
    assert "waits for this one and is due before it" in page
    page = client.get(then.get_absolute_url()).text
    assert "Step 0" in page
    assert "Waits for AC-1" in page
    post(client, 2, other=1, ends=1)
    assert "It waits for no other action." in client.get(then.get_absolute_url()).text


def test_nonsense_changes_nothing(cast, tasks, sign_in):
    reply = post(sign_in(cast.con), 1, other="x")
    assert reply.status_code == 302
    assert not ActionWait.objects.exists()
