"""The action plan of a report."""

from datetime import date

import pytest
from django.utils import timezone

from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from compliance.work.snapshots.content import Task
from tests.reporting.reports.papers import HOSTILE, make_content, make_line, make_paper
from tests.support.factories import make_action, make_assessment


def make_task(number=1, **fields):
    values = {
        "title": "Write the list",
        "text": "",
        "owner": "Con Tributor",
        "due_on": date(2026, 12, 12),
        "priority": "High",
        "status": "Open",
        "effort_days": "2.5",
        "is_open": True,
        "closed_at": None,
        "about": ("Q1",),
    }
    return Task(number=number, **(values | fields))


@pytest.mark.django_db
def test_actions_are_read_with_the_questions_they_are_about(cast):
    assessment = make_assessment(cast.acme, cast.ada)
    first, second, _ = assessment.answers.order_by("question__position")
    elsewhere = make_assessment(cast.acme, cast.ada).answers.first()
    closed = {"status": "done", "closed_at": timezone.now(), "closed_by": cast.ada}
    make_action(cast.acme, cast.ada, second, **closed)
    make_action(cast.acme, cast.ada, first, second, elsewhere, owner=cast.con)
    make_action(cast.acme, cast.ada, elsewhere)
    make_action(cast.acme, cast.ada, first, due_on=date(2026, 12, 1))
    content = read(assessment.pk, 1).content
    tasks = [(task.code, task.owner, task.about) for task in content.tasks]
    assert tasks == [
        ("AC-4", "", ("Q1",)),
        ("AC-2", "Con Tributor", ("Q1", "Q2")),
        ("AC-1", "", ("Q2",)),
    ]
    assert [t.code for t in content.lines[0].tasks] == ["AC-2", "AC-4"]
    assert [t.code for t in content.lines[1].open_tasks] == ["AC-2"]


@pytest.mark.django_db
def test_content_hash_covers_actions(cast):
    assessment = make_assessment(cast.acme, cast.ada)
    task = make_action(cast.acme, cast.ada, assessment.answers.first())
    before = read(assessment.pk, 1).content.content_hash
    task.priority = "high"
    task.save()
    assert read(assessment.pk, 1).content.content_hash != before


def test_overdue_is_an_open_action_of_an_earlier_day():
    done = make_task(2, is_open=False, status="Done")
    today = make_task(3, due_on=date(2026, 12, 22))
    tasks = (make_task(), done, today, make_task(4, due_on=None))
    assert make_paper(make_content(tasks=tasks)).overdue == {1}


def test_gaps_with_an_action_are_counted():
    lines = [
        make_line("Q1", verdict="not_met", tasks=(make_task(),)),
        make_line("Q2", verdict="not_met", tasks=(make_task(2, is_open=False),)),
    ]
    paper = make_paper(make_content(lines))
    assert [line.key for line in paper.gaps_with_action] == ["Q1"]


def test_plan_and_question_name_the_action():
    task = make_task(text="In three steps.")
    lines = [make_line("Q1", verdict="not_met", tasks=(task,))]
    html = " ".join(html_of(make_paper(make_content(lines, tasks=(task,)))).split())
    assert "6 Action plan" in html
    assert "12 Dec 2026 <strong>(overdue)</strong>" in html
    assert "Open <br> Priority: high<br> Effort in days: 2.5" in html
    assert "In three steps." in html
    assert '<a href="#action-1">AC-1</a> Write the list. Open. Owner Con Tributor.' in html
    assert 'id="action-1"' in html
    assert "not met (with an action: 1)" in html


def test_report_without_actions_says_so():
    assert "No action is linked to any answer." in html_of(make_paper())


@pytest.mark.parametrize("text", HOSTILE[:5])
def test_hostile_text_of_an_action_stays_text(text):
    task = make_task(title=text, text=text, owner=text)
    lines = [make_line("Q1", tasks=(task,))]
    html = html_of(make_paper(make_content(lines, tasks=(task,))))
    assert text not in html
