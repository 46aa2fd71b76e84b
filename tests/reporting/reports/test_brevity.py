"""What a report says once, in the right place: plans, changes, fines, numbers, notes."""

import re
from dataclasses import replace

import pytest

from compliance.content.legal_index.fines import Tier
from compliance.proof.press.fallback_font import UNSHOWN, unprinted
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.measuring import Measures
from compliance.work.snapshots.content import PreviousAnswer
from tests.reporting.reports.papers import make_content, make_line, make_paper, make_work
from tests.reporting.reports.test_board import make_task
from tests.reporting.reports.test_html import words_of


def printed(paper):
    return " ".join(words_of(html_of(paper)).split())


def chapter(paper, name):
    html = html_of(paper).split(f'id="{name}"')[1].split("</section>")[0]
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def with_tasks(count, kind=ReportKind.FULL):
    tasks = tuple(make_task(number) for number in range(1, count + 1))
    line = make_line("Q1", verdict="not_met", tasks=tasks)
    return make_paper(make_content([line], tasks=tasks), wanted=ReportOptions(kind))


@pytest.mark.parametrize(("count", "more"), [(3, ""), (4, "and 1 more, see the plan"), (100, "and 97 more")])
def test_summary_names_three_actions_and_counts_the_rest(count, more):
    words = chapter(with_tasks(count), "summary")
    assert "Mend 3" in words
    assert "Mend 4" not in words
    assert more in words
    assert ("see the plan" in words) is bool(more)
    assert f"Mend {count}" in chapter(with_tasks(count), "actions")


def test_summary_without_a_plan_leads_to_none():
    words = chapter(with_tasks(4, ReportKind.SUMMARY), "summary")
    assert "and 1 more" in words
    assert "see the plan" not in words


def carried(**fields):
    lines = [
        make_line("Q1", then=PreviousAnswer("partly", ("answer",))),
        make_line("Q2", then=PreviousAnswer("met", ("note",))),
    ]
    return make_paper(make_content(lines, carried_from="2025"), **fields)


def test_summary_shows_verdicts_that_moved_and_the_chapter_every_change():
    paper = carried()
    summary = chapter(paper, "summary").split("Since last time")[1]
    assert "Q1" in summary
    assert "Q2" not in summary
    assert "1 of 1 answers whose verdict is another one" in summary
    assert {"Q1", "Q2"} <= set(chapter(paper, "changes").split())
    short = chapter(carried(wanted=ReportOptions(ReportKind.SUMMARY)), "summary")
    assert "chapter of changes" in summary
    assert "chapter of changes" not in short


def test_summary_shows_what_got_worse_first_and_counts_the_rest():
    better = [make_line(f"Q{n}", then=PreviousAnswer("partly", ("answer",))) for n in range(1, 14)]
    worse = make_line("Q14", verdict="not_met", then=PreviousAnswer("met", ("answer",)))
    paper = make_paper(make_content([*better, worse], carried_from="2025"))
    summary = chapter(paper, "summary").split("Since last time")[1]
    assert re.findall(r"Q\d+", summary) == ["Q14", *(f"Q{n}" for n in range(1, 12))]
    assert "12 of 14 answers whose verdict is another one" in summary


def test_full_report_of_a_new_assessment_has_no_chapter_of_changes():
    assert "changes" not in make_paper().parts
    assert "changes" in carried().parts


def test_note_of_a_question_that_stopped_applying_is_printed():
    task = make_task(19)
    line = make_line("Q6", applies=False, verdict="not_met", note="Only on paper.", tasks=(task,))
    words = chapter(make_paper(make_content([line], tasks=(task,))), "applicability")
    assert "An earlier answer is kept: Not met." in words
    assert "Only on paper." in words
    assert task.code in words


def test_only_an_exceptional_fine_is_said_in_its_row():
    usual, other = Tier(20_000_000, 4, "GDPR"), Tier(10_000_000, 2, "GDPR")
    tiers = {"Q1": usual, "Q2": usual, "Q3": other}
    lines = [make_line(key, verdict="not_met", binds_from=None) for key in (*tiers, "Q4")]
    words = chapter(make_paper(make_content(lines), measures=Measures(tiers=tiers)), "summary")
    assert words.count("Fine up to EUR 20 M or 4 %") == 1
    assert words.count("Fine up to EUR 10 M or 2 %") == 1
    assert words.count("No limit in the acts cited") == 1


def test_open_duties_are_reconciled_with_the_cover():
    lines = [
        make_line("Q1"),
        make_line("Q2", verdict="unanswered"),
        make_line("Q3", verdict="later"),
        make_line("Q4", verdict="dont_know"),
        make_line("Q5", verdict="na", na_by="Con", answered_by="Con"),
    ]
    paper = make_paper(make_content(lines))
    assert (
        "The 4 open duties: without an answer or put off 2, not known 1, judged not"
        " applicable by one person only 1." in chapter(paper, "summary")
    )
    assert "2 of 5 answered." in chapter(paper, "summary")


def test_sections_of_the_answers_are_numbered_below_their_chapter():
    html = html_of(make_paper())
    assert "4.1 First section" in chapter(make_paper(), "contents")
    assert "4.1 First section" in chapter(make_paper(), "answers")
    assert 'class="chapter answers"' in html


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "28 November 2026"), ("de", "28. November 2026"), ("fr", "novembre 2026")],
)
def test_day_of_the_rules_is_in_words(language, day):
    words = printed(make_paper(wanted=ReportOptions(language=language)))
    assert day in words
    assert "2026-11-28" not in words


def test_working_paper_is_the_auditors_and_says_that_tests_are_open():
    work = make_work(("Aud Itor", "Second"), ("Q1",))
    wanted = ReportOptions(ReportKind.WORKING, seat_id=1)
    done = printed(make_paper(work=work, wanted=wanted))
    assert "Prepared by Aud Itor" in done
    assert "DRAFT" not in done
    assert "Not finished." not in done
    (first, *others) = work.tests
    work = replace(work, tests=(replace(first, said_at=None), *others))
    words = printed(make_paper(work=work, wanted=wanted))
    assert "Open tests: 1" in words
    assert "Of 2 tests, 1 are still to look at" in words


def test_characters_that_are_not_printed_are_named_for_a_reader():
    lost = unprinted(["\N{CJK UNIFIED IDEOGRAPH-6F22}" + UNSHOWN], [0x6F22])
    assert lost == {"Chinese, Japanese, Korean": 1, "control or private use": 1}
