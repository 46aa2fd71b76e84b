"""The page of the whole organisation costs the same over many answers as over few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.models import Summary
from compliance.proof.audit.models import Event
from tests.support import signing
from tests.support.costs import work_of
from tests.support.factories import make_assessment, make_edition

pytestmark = pytest.mark.slow

GROWTH = 1.5
"""From 15 questions of each assessment to 300; counting them made it 6."""


@pytest.fixture
def filled(cast):
    """``filled(questions)``: thirty assessments of so many questions; the last of them."""

    def fill(questions):
        Summary.objects.all().delete()
        cast.acme.assessments.update(status="archived")
        edition = make_edition(questions, 1 + questions // 15)
        for at in range(30):
            one = make_assessment(cast.acme, cast.ada, edition, subject=f"S{at:02}")
            one.answers.update(verdict="not_met")
        return one

    return fill


def test_overview_costs_the_same_over_20_times_as_many_answers(cast, sign_in, filled):
    client = sign_in(cast.rob)
    address = reverse("results:overview", args=["acme"])
    costs, statements = [], []
    for questions in (15, 300):
        filled(questions)
        client.get(address)
        costs.append(work_of(lambda: client.get(address)))
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        statements.append(len(seen))
    assert costs[1] <= GROWTH * costs[0], costs
    assert statements[0] == statements[1] <= 12


def test_overview_after_a_save_reads_one_assessment(cast, sign_in, filled):
    filled(15)
    begun = signing.begin(cast, make_edition(15))
    client = sign_in(cast.rob)
    address = reverse("results:overview", args=["acme"])
    client.get(address)
    signing.answer(cast.con, begun, "Q1", verdict="met")
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    assert len(seen) <= 32, "\n".join(query["sql"] for query in seen)
    assert Event.objects.filter(action="answer.saved").count() == 1
