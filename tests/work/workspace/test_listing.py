"""Lists of assessments by twenty."""

import pytest
from django.urls import reverse

from compliance.models import Assessment
from tests.support.factories import make_assessment, make_edition

pytestmark = pytest.mark.slow

URL = reverse("workspace:list", args=["acme"])


@pytest.fixture
def many(cast):
    edition = make_edition(questions=1)
    return [make_assessment(cast.acme, cast.ada, edition, subject=f"Service {at:02}") for at in range(45)]


def subjects(reply):
    return [row.assessment.subject for row in reply.context["rows"]]


def test_each_assessment_is_on_one_page(cast, many, sign_in):
    client = sign_in(cast.rob)
    pages = [subjects(client.get(f"{URL}?page={at}")) for at in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert len({name for page in pages for name in page}) == 45


def test_page_that_is_none_is_the_last_or_first(cast, many, sign_in):
    client = sign_in(cast.rob)
    assert len(subjects(client.get(f"{URL}?page=99"))) == 5
    assert len(subjects(client.get(f"{URL}?page=x%00"))) == 20


def test_words_find_subject_and_checklist(cast, many, sign_in):
    client = sign_in(cast.rob)
    reply = client.get(f"{URL}?q=privacy+service+07")
    assert subjects(reply) == ["Service 07"]
    reply = client.get(f"{URL}?q=%3Cb%3E%00")
    assert subjects(reply) == []
    assert "&lt;b&gt;" in reply.text


def test_further_pages_keep_the_words(cast, many, sign_in):
    page = sign_in(cast.rob).get(f"{URL}?q=service").text
    assert "?q=service&amp;page=2" in page


def test_home_shows_twenty_and_leads_to_the_others(cast, many, sign_in):
    client = sign_in(cast.rob)
    home = client.get(reverse("home:home", args=["acme"]))
    assert len(subjects(home)) == 20
    assert "All assessments" in home.text
    Assessment.objects.filter(pk__in=[one.pk for one in many[20:]]).update(organisation=cast.other)
    home = client.get(reverse("home:home", args=["acme"]))
    assert "All assessments" not in home.text


def test_reports_are_offered_of_twenty_at_a_time(cast, many, sign_in):
    client, address = sign_in(cast.rob), reverse("reports:list", args=["acme"])
    first = client.get(address)
    last = client.get(f"{address}?of=3")
    assert len(first.context["assessments"]) == 20
    assert len(last.context["assessments"]) == 5
    assert "?of=2" in first.text
