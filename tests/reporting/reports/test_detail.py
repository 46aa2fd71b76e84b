"""The page of one report, from waiting to ready."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from compliance.identity.organisations import rate_limits
from compliance.models import Event, Report
from compliance.proof.audit import trail
from compliance.reporting.reports import actions
from tests.support.factories import make_assessment
from tests.support.mail_queue import queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(cast):
    assessment = make_assessment(cast.acme, cast.ada)
    return actions.ask_report(by=cast.rob, assessment=assessment)


def page(client, report, org="acme", **headers):
    return client.get(reverse("reports:detail", args=[org, report.pk]), headers=headers)


def steady(text):
    """Without the token of its forms, which is another each time."""
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", text)


def test_page_asks_again_until_the_report_is_over(cast, sign_in, report, quick_files):
    client = sign_in(cast.rob)
    Report.objects.update(step="Laying out page 7", done_percent=40)
    text = page(client, report).text
    assert 'hx-trigger="every 1s"' in text
    assert "Laying out page 7" in text
    assert '<progress max="100" value="40">' in text
    actions.make_report(report.pk)
    text = page(client, report).text
    assert "every 1s" not in text
    assert "Ready: 12 pages" in text


def test_swap_is_the_state_of_a_fresh_load(cast, sign_in, report):
    client = sign_in(cast.rob)
    part = steady(page(client, report, **{"HX-Request": "true"}).text)
    assert "<html" not in part
    assert part.strip() in steady(page(client, report).text)


def test_waiting_page_can_be_refreshed_without_script(cast, sign_in, report):
    address = reverse("reports:detail", args=["acme", report.pk])
    text = page(sign_in(cast.rob), report).text
    assert re.search(rf'<a\s[^>]*href="{address}"\s*>Refresh</a>', text)


def test_failed_report_says_why_and_offers_another(cast, sign_in, report):
    Report.objects.update(status="failed", problem="Too <long>.")
    text = page(sign_in(cast.rob), report).text
    assert "Too &lt;long&gt;." in text
    assert reverse("reports:ask", args=["acme", report.assessment_id]) in text


def test_report_of_another_organisation_is_not_found(cast, sign_in, report):
    assert page(sign_in(cast.zoe), report, "other").status_code == 404
    assert page(sign_in(cast.zoe), report).status_code == 404


def test_page_says_what_could_not_be_printed(cast, sign_in, report, quick_files):
    address = reverse("reports:detail", args=["acme", report.pk])
    report = actions.make_report(report.pk)
    assert "could not be printed" not in sign_in(cast.rob).get(address).text
    report.unprinted = {"Thai": 400, "private use": 12}
    report.save()
    text = " ".join(sign_in(cast.rob).get(address).text.split())
    assert "appear as boxes: Thai 400, private use 12." in text


def send(client, report, *people, **more):
    address = reverse("reports:send", args=["acme", report.pk])
    typed = {"to": [one.pk for one in people], "text": "See page 2."}
    return client.post(address, typed | more, follow=True)


def test_each_person_who_is_sent_a_report_counts_as_a_mail(cast, sign_in, report, quick_files, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "2/h/user"})
    actions.make_report(report.pk)
    before, client = queued().count(), sign_in(cast.rob)
    said = send(client, report, cast.ada, cast.otto, cast.rev).text
    assert "2 people get a mail with the link to this report." in said
    assert f"No mail goes to Rev Iewer. {rate_limits.TOO_MANY}" in said
    [event] = Event.objects.filter(action="report.sent")
    assert trail.changes(event)[1]["to"] == [cast.ada.pk, cast.otto.pk]
    late = send(client, report, cast.rev)
    assert (late.status_code, rate_limits.TOO_MANY in late.text) == (429, True)
    assert "See page 2." in late.text
    assert queued().count() - before == 2
    assert Event.objects.filter(action="report.sent").count() == 1


def test_same_sending_mails_once_and_another_one_is_meant(cast, sign_in, report, quick_files):
    actions.make_report(report.pk)
    before, client = queued().count(), sign_in(cast.rob)
    for _ in range(2):
        said = send(client, report, cast.ada, cast.otto, sending="1-1").text
        assert "2 people get a mail with the link to this report." in said
    assert queued().count() - before == 2
    assert Event.objects.filter(action="report.sent").count() == 1
    send(client, report, cast.ada, sending="1-2")
    assert queued().count() - before == 3
    other = actions.ask_report(by=cast.rob, assessment=report.assessment)
    actions.make_report(other.pk)
    send(client, other, cast.ada, sending="1-2")
    assert queued().count() - before == 4


def test_same_sending_reaches_those_who_were_over_the_limit(cast, sign_in, report, quick_files, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "1/h/user"})
    actions.make_report(report.pk)
    client = sign_in(cast.rob)
    send(client, report, cast.ada, cast.otto, sending="1-1")
    cache.clear()
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "9/h/user"})
    for _ in range(2):
        said = send(client, report, cast.ada, cast.otto, sending="1-1").text
        assert "2 people get a mail" in said
    events = Event.objects.filter(action="report.sent").order_by("seq")
    sent = [trail.changes(event)[1]["to"] for event in events]
    assert sent == [[cast.ada.pk], [cast.otto.pk]]
    assert [task.args_kwargs["args"][0] for task in queued()] == [
        cast.ada.email,
        cast.otto.email,
    ]
