"""Details of an assessment corrected: who may, when, with what consequences, and what is refused."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.identity.organisations.access import ALLOWED
from compliance.identity.organisations.choices import Role
from compliance.models import Assessment, Event
from compliance.proof.audit import tables, trail
from compliance.proof.audit.event_types import texts_of
from compliance.reporting.calendar.queries import dated, marks
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.work.assessments import actions
from compliance.work.assessments.detail_fields import BY_COLUMN
from compliance.work.assessments.earlier_assessments import periods_before
from compliance.work.assessments.events import DETAILS_CORRECTED
from compliance.work.snapshots.changes import differences
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.support import signing
from tests.support.factories import make_draft, make_question, publish
from tests.support.races import at_once

STALE = actions.StaleError


@pytest.fixture
def edition(db):
    """Q1 to Q3 always; Q4 until the end of 2025."""
    draft = make_draft(questions=3)
    make_question(draft, draft.sections.get(), 4, applies_until=[{"date": "2025-12-31"}]).save()
    return publish(draft)


@pytest.fixture
def assessment(cast, edition):
    """Acme in 2026, no day by which it is to be finished."""
    return signing.begin(cast, edition)


def shown(assessment):
    """The details as a page shows them now."""
    assessment = Assessment.objects.get(pk=assessment.pk)
    return {column: getattr(assessment, column) for column in BY_COLUMN}


def correct(by, assessment, *, base=None, reason="A typing error.", **details):
    base = shown(assessment) if base is None else base
    return actions.correct_details(
        by=by, assessment=assessment, details=base | details, base=base, reason=reason
    )


def corrections():
    return Event.objects.filter(action=DETAILS_CORRECTED)


def test_subject_is_corrected_with_one_event_that_says_why(cast, assessment):
    assert correct(cast.otto, assessment, subject="Acme GmbH") == 0
    assert shown(assessment)["subject"] == "Acme GmbH"
    event = corrections().get()
    assert (event.actor, event.scope_id) == (cast.otto, assessment.pk)
    before, after = trail.changes(event)
    assert before == {"subject": "Acme"}
    assert after == {"subject": "Acme GmbH", "text": "A typing error.", "questions_moved": []}
    assert not list(tables.faults(cast.acme.pk))


def test_words_of_people_in_it_can_be_erased():
    texts = texts_of(DETAILS_CORRECTED)
    assert {"/before/subject", "/after/subject", "/after/text"} <= {*texts}


def test_history_says_both_sides_in_one_sentence(cast, assessment):
    correct(
        cast.otto,
        assessment,
        subject="Acme GmbH",
        period_to=date(2026, 6, 30),
        due_on=date(2026, 7, 15),
        reason="The half-year was meant.",
    )
    before, after = trail.changes(corrections().get())
    assert event_in_words(DETAILS_CORRECTED, before, after) == (
        "Details corrected; due 15 Jul 2026; subject “Acme” corrected to “Acme GmbH”;"
        " period 1 Jan 2026 to 31 Dec 2026 corrected to 1 Jan 2026 to 30 Jun 2026;"
        " “The half-year was meant.”"
    )


def test_day_that_is_taken_out_is_on_record(cast, assessment):
    correct(cast.otto, assessment, due_on=date(2026, 7, 15))
    correct(cast.otto, assessment, due_on=None)
    before, after = trail.changes(corrections().order_by("seq").last())
    assert (before["due_on"], after["due_on"]) == ("2026-07-15", None)
    assert "no longer due" in event_in_words(DETAILS_CORRECTED, before, after)


def test_first_day_of_the_period_decides_anew_what_applies_and_loses_no_answer(cast, assessment):
    row = assessment.answers.get(question__key="Q4")
    assert not row.applies
    year = {"period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31)}
    assert correct(cast.otto, assessment, **year) == 1
    signing.answer(cast.con, assessment, "Q4", verdict="met", note="Kept")
    assert trail.changes(corrections().get())[1]["questions_moved"] == ["Q4"]
    year = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}
    assert correct(cast.otto, assessment, **year) == 1
    row.refresh_from_db()
    assert (row.applies, row.verdict, row.note) == (False, "met", "Kept")


def test_earlier_assessment_is_found_by_the_right_subject_and_period(cast, edition, assessment):
    later = signing.begin(cast, edition, 2027)
    correct(cast.otto, later, subject="Akme")
    assert periods_before([signing.fresh(later)]) == {}
    correct(cast.otto, later, subject="Acme")
    assert periods_before([signing.fresh(later)]) == {later.pk: assessment}


def test_calendar_has_the_right_day_and_says_when_it_changed(cast, assessment):
    correct(cast.otto, assessment, due_on=date(2027, 3, 1))

    def finish():
        scope = DateScope(cast.acme, ALLOWED[Role.OWNER], date(2026, 12, 1))
        [mark] = dated(scope, [one for one in marks(scope) if one.source == "finish"])
        return mark

    assert finish().day == date(2027, 3, 1)
    correct(cast.otto, assessment, due_on=date(2027, 4, 1))
    assert finish().day == date(2027, 4, 1)
    assert finish().at == corrections().order_by("seq").last().at > assessment.started_at


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"subject": ""}, "blank"),
        ({"subject": "x" * 121}, "120"),
        ({"subject": "x" * 2000}, "120"),
        ({"subject": "a\nb"}, "one line"),
        ({"subject": "a\x00b"}, "(?i)null character|control"),
        ({"subject": "\u202eevil"}, "writing direction"),
        ({"subject": "\u2800"}, "visible"),
        ({"period_to": date(2025, 1, 1)}, "ends before it begins"),
        ({"period_from": date(2027, 1, 1)}, "ends before it begins"),
        ({"period_from": date(2026, 12, 31), "period_to": date(2026, 1, 1)}, "ends before it begins"),
        ({"period_from": None}, "null"),
    ],
)
def test_what_no_assessment_could_start_with_is_refused(cast, assessment, details, words):
    before = shown(assessment)
    with pytest.raises(ValidationError, match=words):
        correct(cast.otto, assessment, **details)
    assert shown(assessment) == before
    assert not corrections().exists()


@pytest.mark.parametrize("reason", ["", " \n"])
def test_correction_without_a_reason_is_refused(cast, assessment, reason):
    with pytest.raises(ValidationError, match="reason"):
        correct(cast.otto, assessment, subject="Acme GmbH", reason=reason)
    assert shown(assessment)["subject"] == "Acme"


def test_nothing_to_correct_is_refused(cast, assessment):
    with pytest.raises(ValidationError, match="as it was"):
        correct(cast.otto, assessment)
    assert not corrections().exists()


def test_one_that_is_sent_twice_is_corrected_once(cast, assessment):
    base = shown(assessment)
    for _ in range(2):
        assert correct(cast.otto, assessment, base=base, subject="Acme GmbH") == 0
    assert corrections().count() == 1


@pytest.mark.parametrize(
    ("make", "state"),
    [(signing.make_sent, "in review"), (signing.make_signed, "signed")],
)
def test_review_and_signature_stand_still(cast, make, state):
    assessment = make(cast)
    before = shown(assessment)
    with pytest.raises(ValidationError, match=state):
        correct(cast.otto, assessment, subject="Acme GmbH")
    assert shown(assessment) == before


def test_archived_one_stays_as_it_is(cast, assessment):
    actions.archive(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="closed"):
        correct(cast.otto, assessment, subject="Acme GmbH")


def test_correction_after_a_reopening_is_named_as_a_change_since_the_signature(cast, edition):
    assessment = signing.make_signed(cast, edition, is_begun=True)
    signed = content_of(to_read(assessment.pk))
    signing.reopen(cast.otto, cast.ada, assessment)
    correct(cast.otto, assessment, subject="Acme GmbH", period_to=date(2027, 1, 31))
    changes = differences(signed, content_of(to_read(assessment.pk)))
    assert [str(one) for one in changes] == ["Assessment: subject", "Assessment: period"]


def test_detail_that_both_changed_is_refused_with_both_sides(cast, assessment):
    base = shown(assessment)
    correct(cast.otto, assessment, subject="Acme GmbH")
    with pytest.raises(STALE) as refused:
        correct(cast.ada, assessment, base=base, subject="Acme AG", due_on=date(2027, 1, 1))
    assert refused.value.keys == ["subject"]
    assert refused.value.mine["subject"] == "Acme AG"
    assert refused.value.now["subject"] == "Acme GmbH"
    assert shown(assessment)["due_on"] is None


def test_detail_that_was_not_touched_is_left_to_others(cast, assessment):
    base = shown(assessment)
    correct(cast.otto, assessment, subject="Acme GmbH")
    correct(cast.ada, assessment, base=base, due_on=date(2027, 1, 1))
    assert shown(assessment) == base | {"subject": "Acme GmbH", "due_on": date(2027, 1, 1)}


def test_two_days_of_a_period_are_of_one_person(cast, assessment):
    base = shown(assessment)
    correct(cast.otto, assessment, period_from=date(2026, 7, 1))
    with pytest.raises(STALE) as refused:
        correct(cast.ada, assessment, base=base, period_to=date(2026, 6, 30))
    assert refused.value.keys == ["period_from"]
    assert shown(assessment)["period_to"] == date(2026, 12, 31)


@pytest.mark.slow
@pytest.mark.usefixtures("shared")
def test_of_two_at_once_one_is_told_of_the_other(cast, edition):
    assessment = signing.begin(cast, edition)
    base = shown(assessment)
    outcomes = at_once(
        lambda: correct(cast.ada, assessment, base=base, subject="Acme AG"),
        lambda: correct(cast.otto, assessment, base=base, subject="Acme GmbH"),
        caught=STALE,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["StaleError", "int"]
    assert corrections().count() == 1
