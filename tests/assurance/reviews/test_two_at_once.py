"""Two people at one moment of a review, on its pages: one outcome, in trail and rows."""

import pytest

from tests.assurance.reviews.at_once import RACES

PROGRAM = """
import django
django.setup()
from tests.assurance.reviews import at_once
at_once.main()
"""


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(1, marks=pytest.mark.slow),
        pytest.param(40, marks=pytest.mark.long),
    ],
)
def test_of_two_at_once_one_is_done_and_the_other_is_answered(rounds, race):
    result = race(PROGRAM, rounds)
    assert result["faults"] == []
    assert result["races"].keys() == RACES.keys()
