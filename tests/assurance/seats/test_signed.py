"""A signed assessment through a seat, and what pages of many questions cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.identity.organisations.access import ALLOWED
from compliance.models import Answer, Event
from compliance.proof.audit import trail
from compliance.reporting.home.todo import needs
from tests.support import factories, signing
from tests.support.auditor_seats import ask, give, make_report

pytestmark = pytest.mark.slow


@pytest.fixture
def signed(cast):
    return signing.make_signed(cast)


def test_signed_assessment_is_read_sampled_and_asked_about(cast, signed, sign_in):
    seat = give(cast, signed)
    answer = signed.answers.first()
    before = Answer.objects.filter(assessment=signed).order_by("pk").values()
    stood = list(before)
    client, home = sign_in(cast.aud), f"/o/acme/audit/{seat.pk}/"
    for path in ("", f"questions/{answer.pk}/", "sample/", "requests/"):
        assert client.get(home + path).status_code == 200
    section = answer.question.section_id
    assert client.get(f"{home}sections/{section}/").status_code == 200
    form = {"how": "random", "count": 2, "seed": "2026"}
    assert client.post(f"{home}sample/", form).status_code == 302
    mark = {"result": "flagged", "note": "No list."}
    path = f"{home}questions/{answer.pk}/mark/"
    assert client.post(path, mark).status_code == 302
    day = timezone.localdate() + timedelta(days=3)
    form = {"title": "The list", "due_on": day, "answer": answer.pk}
    assert client.post(f"{home}requests/", form).status_code == 302
    assert list(before.all()) == stood
    signed.refresh_from_db()
    assert signed.status == "signed"


def test_report_is_taken_and_logged(cast, signed, sign_in):
    seat, report = give(cast, signed), make_report(signed, cast.ada)
    path = f"/o/acme/audit/{seat.pk}/reports/{report.pk}/file/"
    assert sign_in(cast.aud).get(path).getvalue() == str(signed.pk).encode()
    event = Event.objects.get(action="seat.downloaded")
    after = trail.changes(event)[1]
    assert after == {
        "subject": str(signed),
        "about": "Report 1",
        "sha256": report.sha256,
    }


def test_auditor_opens_no_writing_address_of_the_signed(cast, signed, sign_in):
    give(cast, signed)
    client, answer = sign_in(cast.aud), signed.answers.first()
    one = f"/o/acme/assessments/{signed.pk}/"
    for path in (
        f"{one}answers/{answer.pk}/save/",
        f"{one}details/",
        f"{one}facts/",
        f"{one}review/reopen/",
        f"{one}review/sign/",
        f"{one}archive/",
        "/o/acme/evidence/add/",
    ):
        assert client.post(path).status_code in {403, 404}


def test_what_auditors_ask_needs_officers_only(cast, signed):
    ask(cast.aud, give(cast, signed))
    today = timezone.localdate()
    found = {
        person: [
            need.title
            for need in needs(cast.acme, getattr(cast, person), today, allowed=may)
            if need.title == "R-1 The list"
        ]
        for person, may in (
            ("otto", ALLOWED["officer"]),
            ("con", ALLOWED["contributor"]),
        )
    }
    assert found == {"otto": ["R-1 The list"], "con": []}


def test_pages_of_two_thousand_questions_cost_no_more(cast, sign_in):
    edition = factories.make_edition(2000, 4)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    seat = give(cast, assessment)
    client, home = sign_in(cast.aud), f"/o/acme/audit/{seat.pk}/"
    answer = assessment.answers.order_by("question__position").first()
    pages = {
        "": 14,
        f"sections/{answer.question.section_id}/": 16,
        f"questions/{answer.pk}/": 20,
        "sample/": 10,
    }
    client.get(home)
    spent = {}
    for path in pages:
        with CaptureQueriesContext(connection) as asked:
            page = client.get(home + path)
        spent[path] = len(asked)
        assert len(page.content) < 400_000
    assert {p: n for p, n in spent.items() if n > pages[p]} == {}
    with CaptureQueriesContext(connection) as asked:
        actions.draw(by=cast.aud, seat=seat, how="risk", count=500)
    assert len(asked) <= 14
