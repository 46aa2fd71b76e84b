"""Saving and opening one answer cost as much in a long list as in a short one."""

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.models import Citation, Instrument
from compliance.work.workspace import overview
from compliance.work.workspace.counts import counted
from tests.support.costs import work_of
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_link,
    make_provision,
    publish,
)
from tests.work.workspace.test_cost import HTMX, begin_trail, save_url

pytestmark = pytest.mark.slow

GROWTH = 1.3
"""From 100 questions to 2,000; counting a verdict of each question made it 1.7."""
SIZES = (100, 2000)


@pytest.fixture
def lists(cast):
    """Assessments of frameworks: no law sets what is asked, so that every answer rates."""
    made = [make_assessment(cast.acme, cast.ada, publish(of_framework(size))) for size in SIZES]
    begin_trail(cast, made[0])
    return made


def of_framework(size):
    draft = make_draft(size, size // 15)
    provision = make_provision(f"Frame {size}")
    provision.instrument.force = "framework"
    provision.instrument.save()
    Citation.objects.bulk_create(
        Citation(question=question, provision=provision, position=1) for question in draft.questions.all()
    )
    return draft


def saver(con, answer):
    """A function that saves another verdict and note each time, and the replies."""
    replies, count = [], iter(range(10_000))

    def save():
        number = next(count)
        verdict = ("not_met", "partly")[number % 2]
        sent = {"base": str(number), "verdict": verdict, "note": f"Note {number}."}
        reply = con.post(save_url(answer), sent, headers=HTMX)
        assert reply.status_code == 200
        replies.append(len(reply.content))

    return save, replies


def test_a_save_costs_the_same_in_2000_questions(cast, sign_in, lists):
    con, costs, sizes = sign_in(cast.con), [], []
    for one in lists:
        answer = one.answers.order_by("question__position").last()
        save, replies = saver(con, answer)
        save()
        costs.append(work_of(save))
        sizes.append(max(replies))
    assert costs[1] <= GROWTH * costs[0], costs
    assert sizes[1] <= sizes[0] + 100, sizes


def test_an_opened_row_costs_the_same_in_2000_questions(cast, sign_in, lists):
    con, costs, sizes = sign_in(cast.con), [], []
    for one in lists:
        answer = one.answers.order_by("question__position").last()
        address = reverse("workspace:row", args=["acme", one.pk, answer.pk])
        sizes.append(len(con.get(address, headers=HTMX).content))
        costs.append(work_of(lambda at=address: con.get(at, headers=HTMX)))
    assert costs[1] <= GROWTH * costs[0], costs
    assert sizes[1] <= sizes[0] + 100, sizes


def with_sources(draft):
    """Some questions are yardsticks, some rest on a framework, some of those on law, too."""
    framework = make_provision("Frame 1")
    framework.instrument.force = "framework"
    framework.instrument.save()
    law = make_provision("Act 1")
    law.instrument = Instrument.objects.create(key="act", force="law")
    law.save()
    for place, question in enumerate(draft.questions.order_by("position")):
        question.yardstick = place % 11 == 0
        question.save()
        sources = [framework] * (place % 3 == 0) + [law] * (place % 6 == 0)
        for at, provision in enumerate(sources):
            Citation.objects.create(question=question, provision=provision, position=at)
    return draft


def test_counts_are_those_of_the_overview(cast):
    """The verdicts, days and people that stand in the rows do not matter."""
    edition = publish(with_sources(make_draft(40, 4)))
    one = make_assessment(cast.acme, cast.ada, edition)
    today, rows = timezone.localdate(), list(one.answers.order_by("pk"))
    verdicts = ["met", "partly", "not_met", "dont_know", "unanswered"]
    for place, row in enumerate(rows):
        row.verdict = verdicts[place % 5]
        row.applies = place % 7 > 0
        row.binds_from = "2126-01-01" if place % 4 == 0 else None
        row.again = "carried" if place % 3 == 0 else ""
        if place % 9 == 0:
            row.verdict, row.reason, row.na_by = "na", "No such data.", cast.con
        if place % 18 == 0:
            row.na_confirmed_by, row.na_confirmed_at = cast.rev, timezone.now()
        row.save()
    one.answers.filter(pk=rows[-1].pk).update(archived_at=timezone.now())
    attach(rows[1], make_link(cast.acme, cast.ada, expires_on="2026-01-01"))
    attach(rows[2], make_link(cast.acme, cast.ada))
    view = overview.read(one, cast.ada.pk, today)
    assert view.law.total
    assert view.rated.below
    for row in one.answers.select_related("question__section"):
        here, line = counted(row, today), next(r for r in view.rows if r.id == row.pk)
        assert row.counted == line.counted
        assert here.section in view.sections
        assert here.section.id == row.question.section_id
        assert (here.has_evidence, here.has_expired) == (
            line.has_evidence,
            line.has_expired,
        )
