"""The reports of an organisation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.reporting.reports import actions
from compliance.work.assessments.actions import archive
from tests.support.factories import make_assessment
from tests.support.signing import make_signed

pytestmark = pytest.mark.django_db


def page(client, org="acme"):
    return client.get(reverse("reports:list", args=[org]))


def test_reports_stand_with_their_state_and_size(cast, sign_in, quick_files):
    assessment = make_assessment(cast.acme, cast.ada, subject="<b>The shop</b>")
    report = actions.ask_report(by=cast.rob, assessment=assessment)
    assert "Waiting" in page(sign_in(cast.rob)).text
    actions.make_report(report.pk)
    text = page(sign_in(cast.rob)).text
    assert "12 pages" in text
    assert reverse("reports:download", args=["acme", report.pk]) in text
    assert "&lt;b&gt;The shop&lt;/b&gt;" in text


def test_other_organisation_sees_none_of_them(cast, sign_in):
    assessment = make_assessment(cast.acme, cast.ada, subject="Secret shop")
    actions.ask_report(by=cast.rob, assessment=assessment)
    assert "Secret shop" not in page(sign_in(cast.zoe), "other").text
    assert page(sign_in(cast.zoe)).status_code == 404


@pytest.mark.slow
def test_five_rows_take_as_many_queries_as_one(cast, sign_in, quick_files):
    client = sign_in(cast.rob)
    counts = []
    for rows in (1, 4):
        for _ in range(rows):
            assessment = make_assessment(cast.acme, cast.ada)
            asked = actions.ask_report(by=cast.rob, assessment=assessment)
            actions.make_report(asked.pk)
        page(client)
        with CaptureQueriesContext(connection) as queries:
            page(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_signed_ones_are_offered_and_archived_ones_are_not(cast, sign_in):
    signed = make_signed(cast)
    away = make_assessment(cast.acme, cast.ada)
    archive(by=cast.ada, assessment=away)
    text = page(sign_in(cast.rob)).text
    assert reverse("reports:ask", args=["acme", signed.pk]) in text
    assert "<td>Signed</td>" in "".join(text.split())
    assert reverse("reports:ask", args=["acme", away.pk]) not in text


def test_empty_list_leads_on(cast, sign_in):
    text = page(sign_in(cast.rob)).text
    assert "No report has been made yet." in text
    assert reverse("workspace:list", args=["acme"]) in text
