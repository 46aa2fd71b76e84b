"""Charts on paper: the same geometry as on screen, the numbers in words."""

from compliance.assessments.scoring import Tally
from compliance.assessments.strip import strip
from compliance.reports.charts import answer_strip, bar, in_words


def test_strip_on_paper_has_the_paths_of_the_screen():
    verdicts = ["met", "partly", "not_met", "na", "unanswered", "met"]
    chart = answer_strip(verdicts, "words")
    assert [shape.path for shape in chart.shapes] == [
        p for _, p in strip(verdicts).paths
    ]
    assert (chart.width, chart.height) == (24, 12)


def test_bar_draws_only_what_is_there():
    chart = bar(Tally(met=3, not_met=1))
    assert [shape.verdict for shape in chart.shapes] == ["met", "not_met"]


def test_empty_bar_has_no_shapes():
    assert bar(Tally()).shapes == ()


def test_counts_are_said_in_words():
    assert (
        in_words(Tally(74, 32, 10, 2, 0))
        == "74 met, 32 partly, 10 not met, 2 N/A, 0 unanswered"
    )
