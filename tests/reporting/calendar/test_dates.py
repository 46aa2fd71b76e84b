"""Dates: of which rows they come, who sees them, and at what cost."""

from datetime import date
from time import process_time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.identity.organisations.access import ALLOWED
from compliance.models import Action, Answer, Assessment, Evidence, Target
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.queries import entries, kind_of, marks, nobodys, own
from compliance.reporting.calendar.sources.scope import DateScope
from tests.support import calendar_days, factories
from tests.support.calendar_days import NOON, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def assessment(cast):
    made = calendar_days.fill(cast)
    calendar_days.fill_outside(cast, made)
    return made


def scope(cast, role="owner", **more):
    return DateScope(cast.acme, ALLOWED[role], timezone.localdate(), **more)


def dates(cast, role="owner", **more):
    asked = scope(cast, role, **more)
    return [(one.kind, one.day, one.title) for one in entries(asked, marks(asked))]


def kinds(found):
    return {kind_of(mark) for mark in found}


def test_each_kind_of_date_is_on_its_day(cast, assessment):
    assert dates(cast) == [
        (Kind.ANSWER, in_days(3), "Due: Q2 Duty 2"),
        (Kind.LAW, in_days(4), "Privacy: duties begin to bind"),
        (Kind.EVIDENCE, in_days(5), "Runs out: Policy"),
        (Kind.ACTION, in_days(6), "Due: AC-1 Write the list"),
        (Kind.AUDITOR, in_days(8), "Request due: R-1 The list"),
        (Kind.LATER, in_days(10), "Take up again: Q3 Duty 3"),
        (Kind.LINK, in_days(14), "Last day of a share link: Bank"),
        (Kind.AUDITOR, in_days(21), "Last day of a seat: Aud Itor"),
        (Kind.REVIEW, in_days(40), "To be finished: Privacy, Acme"),
    ]


@pytest.mark.parametrize("role", ["contributor", "reviewer", "reader"])
def test_dates_of_auditors_and_links_are_for_those_who_give_them(cast, assessment, role):
    seen = kinds(marks(scope(cast, role)))
    assert seen == set(Kind) - {Kind.AUDITOR, Kind.LINK}


def test_auditor_sees_no_date(cast, assessment):
    assert marks(scope(cast, "auditor")) == []


def test_other_organisation_has_none_of_them(cast, assessment):
    other = DateScope(cast.other, ALLOWED["owner"], timezone.localdate())
    assert marks(other) == []


def test_settled_work_leaves_the_calendar(cast, assessment):
    Answer.objects.update(verdict="met", later_until=None)
    Action.objects.update(status="done", closed_at=timezone.now(), closed_by=cast.ada)
    old = Evidence.objects.get()
    factories.make_link(cast.acme, cast.ada, "Policy 2", replaces=old)
    assert kinds(marks(scope(cast))) == {
        Kind.LAW, Kind.REVIEW, Kind.AUDITOR, Kind.LINK,
    }  # fmt: skip


def test_answer_that_is_put_off_is_due_all_the_same(cast, assessment):
    """Home and the filter "Overdue" hold its owner to the day, too."""
    later = assessment.answers.get(verdict="later")
    later.due_on = in_days(-1)
    later.save()
    shown = [(day, title) for _, day, title in dates(cast, person=cast.con)]
    assert (in_days(-1), "Due: Q3 Duty 3") in shown
    assert (in_days(10), "Take up again: Q3 Duty 3") in shown


@pytest.mark.parametrize("status", ["review", "archived"])
def test_answers_count_while_the_assessment_runs(cast, assessment, status):
    assessment.status = status
    assessment.save()
    found = kinds(marks(scope(cast)))
    assert not found & {Kind.LAW, Kind.ANSWER, Kind.LATER}
    assert (Kind.REVIEW in found) == (status == "review")


def test_question_that_does_not_apply_has_no_date(cast, assessment):
    assessment.answers.update(applies=False)
    assert not kinds(marks(scope(cast))) & {Kind.LAW, Kind.ANSWER, Kind.LATER}


def test_person_narrows_to_what_is_theirs(cast, assessment):
    found = marks(scope(cast, person=cast.con))
    assert kinds(found) == {Kind.ANSWER, Kind.LATER, Kind.EVIDENCE, Kind.ACTION}
    assert kinds(marks(scope(cast, person=cast.rob))) == set()
    given = kinds(marks(scope(cast, person=cast.otto)))
    assert given == {Kind.AUDITOR, Kind.LINK}


def test_law_of_all_belongs_to_whoever_starts_assessments(cast, assessment):
    assert kinds(own(scope(cast), cast.ada)) == {Kind.LAW, Kind.REVIEW}
    assert Kind.LAW not in kinds(own(scope(cast, "contributor"), cast.con))


def test_date_without_a_member_is_nobodys(cast, assessment):
    gone = factories.make_user("Gone")
    second = calendar_days.fill(cast, by=gone, owner=gone)
    put_off = second.answers.filter(verdict="later")
    put_off.update(owner=None, answered_by=cast.rob, answered_at=timezone.now())
    alone = factories.make_link(cast.acme, gone, expires_on=in_days(9))
    found = {(kind_of(mark), mark.pk) for mark in nobodys(scope(cast))}
    assert found == {
        (Kind.ANSWER, str(second.pk)),
        (Kind.EVIDENCE, str(alone.pk)),
        (
            Kind.EVIDENCE,
            str(Evidence.objects.get(attachments__answer__assessment=second).pk),
        ),
        (Kind.ACTION, str(Action.objects.get(owner=gone).pk)),
        (Kind.REVIEW, str(second.pk)),
    }
    put_off.update(answered_by=gone)
    assert (Kind.LATER, str(second.pk)) in {(kind_of(mark), mark.pk) for mark in nobodys(scope(cast))}


def test_evidence_of_ended_assessments_is_nobodys_no_more(cast, assessment):
    assert nobodys(scope(cast)) == []
    Answer.objects.filter(due_on__isnull=False).update(owner=None, verdict="met")
    assert kinds(nobodys(scope(cast))) == {Kind.EVIDENCE}
    Assessment.objects.update(status="archived")
    assert nobodys(scope(cast)) == []


def test_second_row_of_a_day_comes_before_the_tenth(cast):
    day = in_days(3)
    for number in range(1, 12):
        factories.make_action(cast.acme, cast.ada, title=f"T{number}", due_on=day)
    titles = [title for *_, title in dates(cast)]
    assert titles == [f"Due: AC-{number} T{number}" for number in range(1, 12)]


def test_assessment_narrows_to_its_own_dates(cast, assessment):
    second = calendar_days.fill(cast)
    found = marks(scope(cast, assessment=second.pk))
    assert len(found) == 6
    assert {mark.pk for mark in found if mark.source == "finish"} == {str(second.pk)}


def test_answers_of_one_day_and_assessment_are_one_date(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    assessment.answers.update(due_on=in_days(2))
    assert dates(cast) == [(Kind.ANSWER, in_days(2), "3 answers are due")]


def test_law_names_the_assessments_it_touches(cast, assessment):
    edition = factories.make_draft(1)
    calendar_days.cite(edition.questions.get(), in_days(9))
    factories.publish(edition)
    other = factories.make_assessment(cast.acme, cast.ada, edition, subject="Bot")
    other.answers.update(binds_from=in_days(9))
    asked = scope(cast)
    law = [one for one in entries(asked, marks(asked)) if one.kind == Kind.LAW]
    assert [one.detail for one in law] == ["", "Law Art. 9"]
    touches = [(t.subject, t.count, t.open) for one in law for t in one.touches]
    assert touches == [("Acme", 1, 1), ("Bot", 1, 1)]


def test_index_adds_days_that_the_edition_does_not_know(cast, assessment):
    edition = factories.make_draft(1)
    calendar_days.cite(edition.questions.get(), in_days(90))
    calendar_days.cite(edition.questions.get(), in_days(91), "Law Art. 10", "proposed")
    factories.make_assessment(cast.acme, cast.ada, factories.publish(edition))
    law = [one for one in dates(cast) if one[0] == Kind.LAW]
    assert law[1:] == [(Kind.LAW, in_days(90), "Law: cited provisions begin to apply")]


def test_day_that_a_duty_names_is_listed_once(cast):
    edition = factories.make_draft(2)
    for at, question in enumerate(edition.questions.order_by("position")):
        calendar_days.cite(question, in_days(9), f"Law Art. {at}")
    factories.publish(edition)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    assert dates(cast) == [(Kind.LAW, in_days(9), "Law: cited provisions begin to apply")]
    assessment.answers.filter(question__key="Q1").update(binds_from=in_days(9))
    assert dates(cast) == [(Kind.LAW, in_days(9), "Privacy: duties begin to bind")]


def test_duty_that_ends_has_its_day_by_the_facts(cast):
    edition = factories.make_draft(2)
    question = edition.questions.get(key="Q1")
    question.applies_until = [
        {"date": "2027-01-12", "when": {"data": "health"}},
        {"date": "2027-02-01", "when": {"data": "children"}},
    ]
    question.save()
    factories.publish(edition)
    for subject, choice in (("One", "health"), ("Two", "children")):
        factories.make_assessment(cast.acme, cast.ada, edition, subject=subject, facts={"data": [choice]})
    asked = scope(cast)
    found = entries(asked, marks(asked))
    assert [(one.day, one.touches[0].subject) for one in found] == [
        (date(2027, 1, 12), "One"),
        (date(2027, 2, 1), "Two"),
    ]


def test_law_that_binds_already_is_no_date(cast, assessment):
    assessment.answers.update(binds_from=in_days(-32), due_on=None)
    assert Kind.LAW not in kinds(marks(scope(cast)))


def test_statements_do_not_grow_with_dates(cast, assessment):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            asked = scope(cast)
            entries(asked, marks(asked)[:20])
        return len(queries)

    statements()
    before = statements()
    for _ in range(4):
        calendar_days.fill(cast)
    assert statements() <= before
    assert before <= 34


@pytest.mark.slow
def test_ten_thousand_dates_are_sorted_within_a_second(cast):
    Action.objects.bulk_create(
        Action(
            organisation=cast.acme,
            number=number,
            title="Write it",
            due_on=in_days(number % 900),
            created_by=cast.ada,
        )
        for number in range(1, 10_001)
    )
    asked = scope(cast)
    begun = process_time()
    found = marks(asked)
    entries(asked, found[:20])
    assert process_time() - begun < 1
    assert len(found) == 10_000


def test_targets_stand_on_the_day_from_which_they_hold(cast):
    one = factories.make_assessment(cast.acme, cast.ada, factories.make_scaled_edition())
    for group, days in (("keys", 30), ("place", -2)):
        Target.objects.create(
            organisation=cast.acme,
            checklist=one.edition.checklist,
            assessment=one,
            scale="seal",
            group=group,
            level=2,
            holds_by=in_days(days),
            set_at=one.started_at,
            set_by=cast.ada,
        )
    assert (Kind.REVIEW, in_days(30), "Targets hold: Sovereignty level") in dates(cast)
    assert in_days(-2) not in [day for _, day, _ in dates(cast)]
    one.status = "archived"
    one.save()
    assert dates(cast) == []
