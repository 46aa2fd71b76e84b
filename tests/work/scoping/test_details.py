"""The page on which the details of an assessment are corrected."""

import re
from html import unescape

import pytest
from django.urls import reverse

from compliance.models import Event
from compliance.work.assessments import actions
from tests.support import signing
from tests.support.factories import make_edition
from tests.support.page_text import flat

HOSTILE = 'Acme <script>alert(1)</script> & "Sons"'


@pytest.fixture
def assessment(cast):
    return signing.begin(cast, make_edition())


@pytest.fixture
def url(assessment):
    return reverse("scoping:details", args=["acme", assessment.pk])


def filled(page, **typed):
    """The form that a browser sends of the page, with other values typed."""
    form, base = page.context["form"], page.context["base"]
    sent = {field.html_name: field.value() for part in (form, base) for field in part}
    return {name: value or "" for name, value in (sent | typed).items()}


def test_officer_corrects_the_subject(cast, sign_in, assessment, url):
    client = sign_in(cast.otto)
    page = client.get(assessment.get_absolute_url())
    link = re.compile(rf'href="{url}"\s*>Correct details</a>')
    assert link.search(page.text)
    facts = client.get(reverse("scoping:facts", args=["acme", assessment.pk]))
    assert link.search(facts.text)
    form = filled(client.get(url), subject="Acme GmbH", reason="A\r\ntypo.")
    reply = client.post(url, form, follow=True)
    assert "Details corrected." in reply.text
    assert "Acme GmbH" in reply.text
    assessment.refresh_from_db()
    assert assessment.subject == "Acme GmbH"
    assert (
        sign_in(cast.ada).get(reverse("history:trail", args=["acme"])).text.count("corrected to “Acme GmbH”")
    )


@pytest.mark.parametrize("who", ["con", "rev", "rob"])
def test_others_neither_see_the_link_nor_come_in(cast, sign_in, assessment, url, who):
    client = sign_in(getattr(cast, who))
    assert "Correct details" not in client.get(assessment.get_absolute_url()).text
    assert client.get(url).status_code == 403
    assert client.post(url, {"subject": "X", "reason": "Y"}).status_code == 403
    assessment.refresh_from_db()
    assert assessment.subject == "Acme"


def test_another_organisation_finds_nothing(cast, sign_in, assessment, url):
    zoe = sign_in(cast.zoe)
    assert zoe.get(url).status_code == 404
    own = reverse("scoping:details", args=[cast.other.slug, assessment.pk])
    assert zoe.post(own, {"subject": "Theirs", "reason": "Y"}).status_code == 404
    assessment.refresh_from_db()
    assert assessment.subject == "Acme"


@pytest.mark.parametrize(
    "fault",
    [
        ("subject", "", "Write what you are assessing."),
        ("subject", "x" * 2000, "120"),
        ("subject", "a\x00b", "Null characters"),
        ("subject", "\u202eevil", "writing direction"),
        ("period_to", "2025-01-01", "ends before it begins"),
        ("period_from", "2026-02-30", "valid date"),
        ("reason", "", "Give the reason for the correction."),
        ("reason", "x" * 2001, "2,000 fit"),
        ("reason", "a\x08b", "control character"),
    ],
)
def test_fault_stands_beside_its_field_and_keeps_what_was_typed(cast, sign_in, url, fault):
    field, typed, words = fault
    client = sign_in(cast.otto)
    form = filled(client.get(url), due_on="2026-11-30", reason="Why.") | {field: typed}
    reply = client.post(url, form)
    assert reply.status_code == 422
    assert "<title>Error:" in reply.text
    assert words in re.search(rf'id="id_{field}_error">(.*?)</p>', reply.text, re.DOTALL)[1]
    assert 'value="2026-11-30"' in reply.text
    assert not Event.objects.filter(action="assessment.details_corrected").exists()


def test_days_of_a_period_that_changed_places_are_refused(cast, sign_in, url):
    client = sign_in(cast.otto)
    form = filled(client.get(url), reason="Why.")
    swapped = {"period_from": form["period_to"], "period_to": form["period_from"]}
    reply = client.post(url, form | swapped)
    assert reply.status_code == 422
    assert '<a href="#id_period_to">to</a>: The audit period ends' in flat(reply.text)


def test_nothing_to_correct_is_said_and_keeps_the_reason(cast, sign_in, url):
    client = sign_in(cast.otto)
    reply = client.post(url, filled(client.get(url), reason="Because."))
    assert reply.status_code == 422
    assert "Every detail is as it was." in reply.text
    assert "Because." in reply.text


def test_hostile_text_is_shown_as_text(cast, sign_in, assessment, url):
    client = sign_in(cast.otto)
    client.post(url, filled(client.get(url), subject=HOSTILE, reason=HOSTILE))
    trail = reverse("history:trail", args=["acme"])
    for address in (url, assessment.get_absolute_url(), trail):
        text = client.get(address).text
        assert "<script>alert" not in text
        assert HOSTILE in unescape(text)


def test_form_that_is_sent_twice_corrects_once(cast, sign_in, url):
    client = sign_in(cast.otto)
    form = filled(client.get(url), subject="Acme GmbH", reason="A typo.")
    first, again = (client.post(url, form) for _ in range(2))
    assert (first.status_code, first.url) == (again.status_code, again.url)
    assert Event.objects.filter(action="assessment.details_corrected").count() == 1


def test_page_that_is_out_of_date_shows_both_sides_and_can_be_sent_again(cast, sign_in, assessment, url):
    otto, ada = sign_in(cast.otto), sign_in(cast.ada)
    stale = ada.get(url)
    otto.post(url, filled(otto.get(url), subject="Acme AG", period_to="2026-06-30", reason="A typo."))
    reply = ada.post(
        url, filled(stale, subject="Acme GmbH", period_from="2026-02-01", due_on="2027-01-15", reason="Mine.")
    )
    assert reply.status_code == 409
    assert reply.context["clashes"] == [
        ("Name of the organisation", "Acme GmbH", "Acme AG"),
        ("Audit period", "1 Feb 2026 to 31 Dec 2026", "1 Jan 2026 to 30 Jun 2026"),
    ]
    assert "Mine." in reply.text
    assessment.refresh_from_db()
    assert assessment.subject == "Acme AG"
    assert ada.post(url, filled(reply)).status_code == 302
    assessment.refresh_from_db()
    assert assessment.subject == "Acme GmbH"
    assert assessment.due_on.isoformat() == "2027-01-15"
    assert (assessment.period_from.isoformat(), assessment.period_to.isoformat()) == (
        "2026-02-01",
        "2026-12-31",
    )


def test_fault_beside_it_keeps_what_the_page_knew(cast, sign_in, assessment, url):
    otto, ada = sign_in(cast.otto), sign_in(cast.ada)
    stale = ada.get(url)
    otto.post(url, filled(otto.get(url), subject="Acme AG", reason="A typo."))
    reply = ada.post(url, filled(stale, due_on="2027-01-15"))
    assert reply.status_code == 422
    ada.post(url, filled(reply, reason="It was missing."))
    assessment.refresh_from_db()
    assert (assessment.subject, str(assessment.due_on)) == ("Acme AG", "2027-01-15")


@pytest.mark.parametrize("base", [{}, {"base-subject": "x" * 9000, "base-period_from": "yesterday"}])
def test_what_the_page_knew_cannot_be_made_up(cast, sign_in, assessment, url, base):
    form = {"subject": "Acme AG", "period_from": "2026-01-01", "period_to": "2026-12-31", "reason": "A typo."}
    reply = sign_in(cast.otto).post(url, form | base)
    assert reply.status_code == 409
    assessment.refresh_from_db()
    assert assessment.subject == "Acme"


def test_review_under_way_says_why_it_waits(cast, sign_in):
    assessment = signing.make_sent(cast)
    url = reverse("scoping:details", args=["acme", assessment.pk])
    client = sign_in(cast.otto)
    page = client.get(url)
    assert "This assessment is in review: its details stay as they are." in page.text
    assert 'name="reason"' not in page.text
    assert "Correct details" not in client.get(assessment.get_absolute_url()).text


def test_form_that_stood_open_when_it_was_archived_keeps_the_input(cast, sign_in, assessment, url):
    client = sign_in(cast.otto)
    form = filled(client.get(url), subject="Acme GmbH", reason="A typo.")
    actions.archive(by=cast.ada, assessment=assessment)
    reply = client.post(url, form)
    assert reply.status_code == 422
    assert "This assessment is closed: its details stay as they are." in reply.text
    assert 'value="Acme GmbH"' in reply.text
