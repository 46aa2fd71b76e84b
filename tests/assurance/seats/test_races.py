"""Two at once around a seat; a database in memory has one connection."""

import pytest
from django.core.exceptions import ValidationError

from compliance.assurance.seats import actions
from compliance.models import Event, Request, SampleItem, SeatOffer
from tests.support import factories
from tests.support.auditor_seats import ask, give
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]


@pytest.fixture
def seat(cast):
    return give(cast, factories.make_assessment(cast.acme, cast.ada))


def test_two_requests_at_once_have_two_numbers(cast, seat):
    bea = factories.make_member(cast.acme, "auditor", "Bea", "bea@example.org")
    hers = give(cast, seat.assessment, email=bea.email)
    made = at_once(lambda: ask(cast.aud, seat), lambda: ask(bea, hers))
    assert sorted(one.number for one in made) == [1, 2]
    assert Request.objects.count() == 2


def test_two_draws_at_once_put_each_question_in_once(cast, seat):
    draw = {"by": cast.aud, "seat": seat, "count": 3}
    outcomes = at_once(
        lambda: actions.draw(**draw, how="risk"),
        lambda: actions.draw(**draw, how="random"),
    )
    assert sum(isinstance(one, ValidationError) for one in outcomes) == 1
    assert SampleItem.objects.count() == 3


def test_one_address_gets_one_seat(cast, seat):
    fields = {"email": "new@audit.example", "name": "Nia New"}
    offers = at_once(*[lambda: give(cast, seat.assessment, **fields)] * 2)
    assert sum(isinstance(one, SeatOffer) for one in offers) == 1
    assert SeatOffer.objects.count() == 1


def test_nothing_is_said_after_the_end(cast, seat):
    answer = seat.assessment.answers.first()
    mark = {"by": cast.aud, "seat": seat, "answer_id": answer.pk, "result": "accepted"}
    outcomes = at_once(lambda: actions.mark(**mark), lambda: actions.end_seat(by=cast.ada, seat=seat))
    order = Event.objects.order_by("seq").values_list("action", flat=True)
    refused = any(isinstance(one, ValidationError) for one in outcomes)
    expected = ["seat.ended"] if refused else ["sample.accepted", "seat.ended"]
    assert list(order)[1:] == expected
