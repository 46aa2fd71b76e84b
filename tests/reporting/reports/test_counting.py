"""Counts in words, as pages say them and pictures are described."""

from compliance.reporting.reports.counting import in_words
from compliance.work.assessments.scoring import Tally


def test_counts_are_said_in_words():
    assert in_words(Tally(74, 32, 10, 2, 0)) == "74 met, 32 partly, 10 not met, 2 N/A, 0 unanswered"
