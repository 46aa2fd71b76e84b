"""Figures and sentences that follow from the values of a report."""

from datetime import date

from tests.reporting.reports.papers import (
    make_content,
    make_full_paper,
    make_line,
    make_paper,
)


def test_same_content_has_same_hash():
    assert make_content().content_hash == make_content().content_hash


def test_every_changed_character_changes_the_content_hash():
    before = make_content([make_line(note="A list is kept.")])
    after = make_content([make_line(note="A list is kept")])
    assert before.content_hash != after.content_hash


def test_number_and_moment_of_a_report_leave_the_content_hash_alone():
    assert make_paper(number=4).content.content_hash == make_paper(number=5).content.content_hash


def test_hash_stands_in_eight_groups():
    paper = make_paper()
    assert [len(group) for group in paper.hash_groups] == [8] * 8
    assert "".join(paper.hash_groups) == paper.content.content_hash


def test_gaps_come_with_most_weight_first():
    lines = [make_line(f"Q{w}", verdict="not_met", weight=w) for w in (2, 5, 3)]
    paper = make_paper(make_content(lines))
    assert [line.key for line in paper.gaps] == ["Q5", "Q3", "Q2"]


def test_duty_of_a_later_day_is_preparation():
    lines = [make_line("Q1"), make_line("Q2", binds_from=date(2027, 12, 2))]
    paper = make_paper(make_content(lines))
    assert [line.key for line in paper.ahead] == ["Q2"]
    assert [line.key for line in paper.binding] == ["Q1"]
    assert paper.later == [(date(2027, 12, 2), [lines[1]])]


def test_met_without_evidence_is_counted():
    assert [x.key for x in make_full_paper().unproven][:1] == ["Q2"]


def test_question_that_does_not_apply_is_counted_nowhere():
    paper = make_paper(make_content([make_line(), make_line("Q2", applies=False)]))
    assert paper.tally.total == 1
    assert [line.key for line in paper.content.not_applying] == ["Q2"]


def test_duty_of_a_later_day_is_never_a_gap():
    later = make_line("Q2", verdict="not_met", binds_from=date(2027, 12, 2))
    paper = make_paper(make_content([make_line("Q1", verdict="not_met"), later]))
    assert [line.key for line in paper.gaps] == ["Q1"]
    assert [line.key for line in paper.to_prepare] == ["Q2"]
    assert (len(paper.gaps), paper.tally_of(paper.ahead).not_met) == (1, 1)
