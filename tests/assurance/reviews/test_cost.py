"""The cost of looking at reviews is the same for few questions and for many."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import factories, signing

pytestmark = pytest.mark.slow


def statements(client, url):
    cache.clear()
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def url(assessment, name):
    return reverse(f"reviews:{name}", args=["acme", assessment.pk])


@pytest.mark.parametrize(
    ("make", "name", "most"),
    [
        (signing.make_ready, "review", 34),
        (signing.make_sent, "review", 36),
        (signing.make_sent, "check", 34),
        (signing.make_signed, "review", 36),
    ],
)
def test_page_costs_the_same_for_many_questions(make, name, most, cast, sign_in):
    few, many = (make(cast, factories.make_edition(n)) for n in (3, 9))
    client = sign_in(cast.ada)
    costs = [statements(client, url(one, name)) for one in (few, many)]
    assert costs[0] == costs[1]
    assert costs[1] <= most
