"""The board report: two pages, however much there is, and only what the figures say."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pikepdf
import pytest
from django.utils import translation

from compliance.reporting.reports.board import board_of
from compliance.reporting.reports.board_pages import LEAST, LOST, MOST, PAGES
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of, pieces_of, stylesheet
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.pdf_engine import render
from compliance.work.snapshots.content import PreviousAnswer, Section, Task
from tests.reporting.reports.hostile import hostile
from tests.reporting.reports.looked_at import faults, runs_of
from tests.reporting.reports.papers import (
    make_content,
    make_full_paper,
    make_line,
    make_paper,
)

BOARD = ReportOptions(ReportKind.BOARD)


def make_task(number, **fields):
    values = {
        "title": f"Mend {number}",
        "text": "",
        "owner": "Con Tributor",
        "due_on": date(2027, 1, 15),
        "priority": "High",
        "status": "Open",
        "effort_days": "",
        "is_open": True,
        "closed_at": None,
        "about": ("Q1",),
    }
    return Task(number=number, **(values | fields))


def board(*lines, **fields):
    return board_of(make_paper(make_content(lines, **fields), wanted=BOARD))


def plain(text):
    """Without the isolates around names."""
    return re.sub("[\u2066-\u2069]", "", text)


def large():
    """200 duties in 20 sections, all unmet, each with a late action; 40 bind later."""
    tasks = tuple(
        make_task(n, due_on=date(2026, 1, 15) + timedelta(days=7 * n), owner="") for n in range(1, 201)
    )
    lines = [
        make_line(
            f"Q{n}",
            title=f"A duty of the organisation, number {n}, that has a long name",
            verdict="not_met",
            tasks=(task,),
            then=PreviousAnswer("met", ("verdict",)),
            cites="Regulation (EU) 2024/1689 Art. 26(5); Regulation (EU) 2016/679 Art. 5",
            binds_from=date(2028, 1, n // 8 + 1) if n > 160 else date(2018, 5, 25),
        )
        for n, task in enumerate(tasks, 1)
    ]
    sections = tuple(
        Section(at, f"A section with quite a long name, number {at}", tuple(part))
        for at in range(1, 21)
        for part in [lines[(at - 1) * 10 : at * 10]]
    )
    content = make_content(tasks=tasks, carried_from="The shop, edition 1")
    return make_paper(replace(content, sections=sections), wanted=BOARD)


CASES = {
    "hostile": lambda: hostile(ReportKind.BOARD),
    "hostile, in German": lambda: hostile(ReportKind.BOARD, "de", signed=False),
    "large": large,
    "large, in French": lambda: replace(large(), wanted=ReportOptions(BOARD.kind, "fr")),
    "nothing answered": lambda: make_paper(
        make_content([make_line(verdict="unanswered", note="")]), wanted=BOARD
    ),
    "nothing applies": lambda: make_paper(
        make_content([make_line(verdict="na", na_by="A", na_confirmed_by="B")]),
        wanted=BOARD,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_board_report_has_two_pages_and_both_claims(case, tmp_path):
    path = tmp_path / "report.pdf"
    made = render(pieces_of(CASES[case]()), stylesheet(), path, lambda *step: None)
    assert made.pages <= 2
    assert faults(path) == []


def test_gap_shows_the_open_action_that_is_due_first_as_the_screen_does():
    tasks = (
        make_task(1, due_on=None, owner="Ann"),
        make_task(2, due_on=date(2027, 5, 1), owner="Ben"),
        make_task(3, due_on=date(2027, 2, 3), owner="Cleo"),
        make_task(4, due_on=date(2027, 1, 1), owner="Dan", is_open=False),
    )
    line = make_line(verdict="not_met", tasks=tasks)
    assert [task.owner for task in line.open_tasks] == ["Cleo", "Ben", "Ann"]
    html = html_of(make_paper(make_content([line], tasks=tasks), wanted=BOARD))
    row = html[html.index("Duties not met, the gravest first") :]
    row = row[row.index("<tbody>") : row.index("</tbody>")]
    assert "Cleo" in row
    assert "3 Feb 2027" in row


def test_board_report_has_both_hashes_and_says_draft():
    paper = make_paper(wanted=BOARD)
    html = html_of(paper)
    assert all(group in html for group in (*paper.hash_groups, *paper.head_groups))
    assert html.count("DRAFT, not signed") == 2
    assert html.index("<h1>") < html.index("<h2")


def test_headline_and_decisions_follow_from_the_figures():
    late = make_task(1, due_on=date(2026, 1, 1), owner="")
    found = board(
        make_line("Q1", verdict="not_met"),
        make_line("Q2", verdict="not_met", tasks=(late,)),
        make_line("Q3", verdict="unanswered"),
        tasks=(late,),
    )
    assert found.headline == "Duties not met: 2, still open: 1 of 3"
    action = "AC-1 Mend 1 (nobody, 1 Jan 2026)"
    said = [(one.says, [plain(m) for m in one.matters]) for one in found.decisions]
    duty = "Duty (Con Tributor, no date)"
    assert said == [
        (
            "Name an owner and a day for what is not met and has no open action:",
            [f"Q1 {duty}"],
        ),
        ("Move or finish what is overdue:", [action]),
        ("Give an owner to:", [action]),
        ("Have the open duties answered:", [f"Q3 {duty}"]),
    ]
    assert [one.name for one in found.quarters] == ["Quarter 4 of 2026"]


def test_board_compares_verdicts_with_last_time():
    found = board(
        make_line("Q1", verdict="met", then=PreviousAnswer("partly", ("verdict",))),
        make_line("Q2", verdict="not_met", then=PreviousAnswer("met", ("verdict",))),
        make_line("Q3", verdict="met", then=PreviousAnswer("met", ())),
        make_line("Q4", verdict="met"),
        carried_from="Last year",
    )
    trend = next(one for one in found.tiles if one.asks == "Are we getting better?")
    assert trend.says == "better: 1, worse: 1"
    assert plain(trend.small) == ("since Last year; the same: 1, without a verdict then or now: 1")
    asked = [one.asks for one in board(make_line()).tiles]
    assert not {"Are we getting better?", "What binds next?"} & set(asked)


def test_board_counts_what_it_does_not_name():
    words = " ".join(re.sub(r"<[^>]*>", " ", html_of(large())).split())
    assert "Named here: 4 of 160" in words
    assert "Sections with most that is not met: 4 of 16" in words
    assert "Later or without a date: 111." in words


def test_board_names_more_where_its_pages_have_room():
    found = board(*(make_line(f"Q{n}", verdict="not_met") for n in range(1, 11)))
    assert len(found.gaps) == MOST.gaps
    assert [len(one.matters) for one in found.decisions[:1]] == [MOST.matters]
    assert PAGES / 2 < found.height < PAGES - LOST


def test_board_without_room_names_the_least():
    many = [
        make_line(f"Q{n}", title="A duty " * 9, note="Nothing " * 40, verdict="not_met") for n in range(1, 11)
    ]
    found = replace(board(*many), sentences=["Words of a board. " * 300])
    assert len(replace(found, gaps=many).fitted.gaps) == LEAST.gaps


def test_board_says_nothing_of_a_rest_where_all_are_named():
    paper = make_paper(make_content([make_line(verdict="not_met")]), wanted=BOARD)
    assert "Named here" not in html_of(paper)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["hostile", "large, in French"])
def test_board_is_not_higher_than_it_was_thought_to_be(case, tmp_path):
    """Pages of 257 mm; the first may end above a heading, a head and a row."""
    path, paper = tmp_path / "report.pdf", CASES[case]()
    render(pieces_of(paper), stylesheet(), path, lambda *step: None)
    with translation.override(paper.wanted.language):
        likely = board_of(paper.in_words).height
    foot = 19 / 25.4 * 72
    lowest = min(run.bottom for run in runs_of(path) if run.page == 2 and run.bottom > foot)
    rest = (lowest - foot) / 72 * 25.4
    assert PAGES - rest < likely + LOST


def test_board_counts_actions_of_later_quarters_and_without_a_date():
    """Two more than the most that are named are due in the first quarter, which counts
    them."""
    first = [make_task(n) for n in range(1, MOST.tasks + 3)]
    later = [make_task(n, due_on=date(2018 + n, 5, 1)) for n in range(10, 16)]
    undated = [make_task(16, due_on=None), make_task(17, due_on=None, is_open=False)]
    found = board(make_line(), tasks=(*first, *later, *undated))
    assert [(len(one.tasks), one.more) for one in found.quarters] == [
        (MOST.tasks, 2),
        (1, 0),
        (1, 0),
        (1, 0),
    ]
    assert found.later == 3 + 1


def test_board_counts_actions_where_none_has_a_date():
    paper = make_paper(make_content([make_line()], tasks=(make_task(1, due_on=None),)), wanted=BOARD)
    words = " ".join(re.sub(r"<[^>]*>", " ", html_of(paper)).split())
    assert "Planned, quarter by quarter Later or without a date: 1." in words


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("kind", ReportKind.values)
def test_every_table_of_every_kind_has_headers_with_a_scope(kind, language, tmp_path):
    path = tmp_path / "report.pdf"
    paper = replace(make_full_paper(), wanted=ReportOptions(kind, language))
    render(pieces_of(paper), stylesheet(), path, lambda *step: None)
    assert headless_tables(path) == []


def headless_tables(path):
    """What stands in the tables of a file that have no header, or one without a scope."""
    with pikepdf.open(path) as pdf:
        parts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
        tables = [one for one in parts if one.get("/S") == "/Table"]
        heads = [[p for p in below(one) if p.get("/S") == "/TH"] for one in tables]
        return [
            str(at)
            for at, found in enumerate(heads)
            if not found or not all(has_scope(head) for head in found)
        ]


def below(part):
    kids = part.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from below(kid)


def has_scope(head):
    given = head.get("/A", [])
    given = given if isinstance(given, pikepdf.Array) else [given]
    return any("/Scope" in one for one in given)


@pytest.mark.slow
def test_headings_of_two_columns_stand_apart(tmp_path):
    """Numbers are set to the right, so that a long heading may touch the one before it."""
    path = tmp_path / "report.pdf"
    render(pieces_of(large()), stylesheet(), path, lambda *step: None)
    left = {run.text.strip(): run.left for run in runs_of(path)}
    right = {run.text.strip(): run.right for run in runs_of(path)}
    assert left["Met and proved"] - right["N/A"] > 6
