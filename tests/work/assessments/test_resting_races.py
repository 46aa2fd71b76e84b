"""Two people choose at once on what assessments rest."""

import pytest

from compliance.models import Assessment
from tests.support.races import at_once
from tests.support.resting_assessments import levelled, rest_on, started

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]


def test_two_that_would_rest_on_each_other_at_once_make_no_ring(cast):
    edition = levelled()
    one, two = (started(cast.acme, cast.ada, edition, name) for name in ("A", "B"))
    outcomes = at_once(
        lambda: rest_on(cast.ada, Assessment.objects.get(pk=one.pk), two),
        lambda: rest_on(cast.otto, Assessment.objects.get(pk=two.pk), one),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["ValidationError", "int"]
    assert Assessment.objects.filter(rests=True).count() == 1


def test_start_on_one_that_begins_to_rest_at_once_makes_no_chain(cast):
    edition = levelled()
    one, two = (started(cast.acme, cast.ada, edition, name) for name in ("A", "B"))
    at_once(
        lambda: rest_on(cast.ada, Assessment.objects.get(pk=one.pk), two),
        lambda: started(cast.acme, cast.otto, edition, "C", rests_on=one),
    )
    assert Assessment.objects.filter(rests=True).count() == 1
    assert not Assessment.objects.filter(rests_on__rests=True).exists()
