"""An assessment rests on another one for what is asked once for the organisation."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from compliance.models import Assessment, Checklist, Event
from compliance.proof.audit import trail
from compliance.work.assessments import actions
from compliance.work.assessments.applying import RESTS, Scope
from compliance.work.assessments.resting import may_rest_on
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, preview_bulk
from compliance.work.edition_moves.actions import upgrade
from compliance.work.edition_moves.undo import undo_upgrade
from compliance.work.workspace import overview
from compliance.work.workspace.standing_in import there
from tests.support import factories
from tests.support.resting_assessments import HERE, ONCE, applying, levelled, rest_on, resting, started
from tests.support.signing import answer, link, make_signed

pytestmark = pytest.mark.django_db
EVERY = ONCE + HERE


def test_section_of_the_organisation_is_not_asked_where_it_rests(cast):
    whole, here = resting(cast.acme, cast.ada)
    assert applying(whole) == EVERY
    assert applying(here) == HERE
    scope = Scope.of_assessment(here)
    first = here.answers.select_related("question").get(question__key="Q1")
    assert scope.of(first.question).reason == RESTS


def test_start_says_on_what_it_rests(cast):
    whole, here = resting(cast.acme, cast.ada)
    event = Event.objects.get(action="assessment.started", subject_id=str(here.pk))
    assert trail.changes(event)[1]["rests_on"] == str(whole.pk)
    event = Event.objects.get(action="assessment.started", subject_id=str(whole.pk))
    assert "rests_on" not in trail.changes(event)[1]


def test_own_answers_come_back_as_they_were(cast):
    edition = levelled()
    whole = started(cast.acme, cast.ada, edition, "Acme")
    here = started(cast.acme, cast.ada, edition)
    answer(cast.con, here, "Q1", verdict="not_met", note="Nothing yet.")
    row = here.answers.get(question__key="Q1")
    actions.attach(by=cast.con, answer=row, evidence=link(cast))
    names = ("verdict", "note", "owner_id", "answered_by_id", "answered_at", "version")
    before = here.answers.values_list(*names).get(pk=row.pk)
    assert rest_on(cast.otto, here, whole) == 2
    assert applying(here) == HERE
    assert here.answers.values_list(*names).get(pk=row.pk) == before
    assert rest_on(cast.otto, here, None) == 2
    assert applying(here) == EVERY
    assert here.answers.values_list(*names).get(pk=row.pk) == before
    assert row.attachments.count() == 1


def test_each_change_is_an_event_that_names_both_and_what_moved(cast):
    whole, here = resting(cast.acme, cast.ada)
    rest_on(cast.otto, here, None)
    event = Event.objects.filter(action="assessment.resting_changed").get()
    before, after = trail.changes(event)
    assert before["rests_on"] == str(whole.pk)
    assert before["told"].startswith("Acme, edition 2026.1, 1 Jan 2026")
    assert after == {"rests_on": None, "told": "", "questions_moved": [*ONCE]}
    assert (event.actor_id, event.scope_id) == (cast.otto.pk, here.pk)


def test_the_same_again_changes_nothing(cast):
    whole, here = resting(cast.acme, cast.ada)
    count = Event.objects.count()
    assert rest_on(cast.otto, here, whole) == 0
    assert Event.objects.count() == count


def test_waiting_answers_count_nowhere(cast):
    edition = levelled()
    whole = started(cast.acme, cast.ada, edition, "Acme")
    here = started(cast.acme, cast.ada, edition)
    for key in ONCE:
        answer(cast.con, here, key, verdict="not_met")
    rest_on(cast.ada, here, whole)
    view = overview.read(here, cast.ada.pk, date(2026, 11, 28))
    assert (view.tally.total, view.tally.answered, view.tally.not_met) == (2, 0, 0)


def test_somebody_who_changed_it_meanwhile_is_not_overwritten(cast):
    edition = levelled()
    whole = started(cast.acme, cast.ada, edition, "Acme")
    part = started(cast.acme, cast.ada, edition, "Acme North")
    here = started(cast.acme, cast.ada, edition)
    rest_on(cast.ada, here, part)
    with pytest.raises(ValidationError, match="Someone else") as caught:
        actions.rest_on(by=cast.otto, assessment=here, other=whole, base=None)
    assert caught.value.code == "stale"
    here.refresh_from_db()
    assert here.rests_on == part


def refused(cast, here, other, said="only on another assessment"):
    with pytest.raises(ValidationError, match=said):
        rest_on(cast.ada, here, other)
    here.refresh_from_db()
    assert here.rests_on_id != other.pk


def test_there_is_no_chain(cast):
    whole, here = resting(cast.acme, cast.ada)
    third = started(cast.acme, cast.ada, whole.edition, "ChatLens")
    refused(cast, third, here)
    refused(cast, whole, third, "Other assessments rest on this one")
    refused(cast, third, third)


def test_it_rests_only_within_the_organisation_the_checklist_and_what_is_in_use(cast):
    whole, here = resting(cast.acme, cast.ada)
    rest_on(cast.ada, here, None)
    refused(cast, here, started(cast.other, cast.zoe, whole.edition, "Other"))
    refused(cast, here, started(cast.acme, cast.ada, levelled(), "Another list"))
    actions.archive(by=cast.ada, assessment=whole)
    refused(cast, here, whole)


def test_edition_without_such_a_section_rests_on_nothing(cast):
    edition = factories.make_edition()
    here, other = (started(cast.acme, cast.ada, edition, name) for name in ("A", "B"))
    assert not may_rest_on(cast.acme, edition)
    refused(cast, here, other)


def test_own_copy_and_its_original_bear_each_other(cast):
    edition = levelled()
    copied = Checklist.objects.create(
        key=edition.checklist.key,
        title="Own",
        theme=edition.checklist.theme,
        organisation=cast.acme,
        cloned_from=edition,
    )
    own = levelled(checklist=copied)
    whole = started(cast.acme, cast.ada, edition, "Acme")
    here = started(cast.acme, cast.ada, own)
    assert rest_on(cast.ada, here, whole) == 2


def test_start_refuses_what_it_may_not_rest_on(cast):
    edition = levelled()
    foreign = started(cast.other, cast.zoe, edition, "Other")
    with pytest.raises(ValidationError, match="only on another assessment"):
        started(cast.acme, cast.ada, edition, rests_on=foreign)
    assert not Assessment.objects.filter(organisation=cast.acme).exists()


def test_database_refuses_an_assessment_that_rests_on_itself(cast):
    whole, here = resting(cast.acme, cast.ada)
    rows = Assessment.objects.filter(pk=here.pk)
    for wrong in ({"rests_on": here.pk}, {"rests": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    with pytest.raises(ProtectedError):
        Assessment.objects.filter(pk=whole.pk).delete()


def test_signed_assessment_refuses_to_rest_on_another(cast):
    edition = levelled(4)
    signed = make_signed(cast, edition)
    whole = started(cast.acme, cast.ada, edition, "Acme")
    with pytest.raises(ValidationError, match="is signed: what it rests on stays"):
        rest_on(cast.ada, signed, whole)


def test_other_edition_is_matched_by_key(cast):
    whole, _ = resting(cast.acme, cast.ada)
    answer(cast.con, whole, "Q1", verdict="na", reason="We have none.")
    answer(cast.con, whole, "Q2", verdict="met")
    found = there(whole, ["Q1", "Q9"])
    assert [*found] == ["Q1"]
    assert (found["Q1"].verdict, found["Q1"].reason) == ("na", "We have none.")


def test_move_to_another_edition_keeps_on_what_it_rests(cast):
    old = factories.make_edition(4, sections=2)
    new = levelled(checklist=old.checklist, number="2026.2")
    here = started(cast.acme, cast.ada, old)
    whole = started(cast.acme, cast.ada, new, "Acme")
    answer(cast.con, here, "Q1", verdict="met", note="Ours.")
    upgrade(by=cast.ada, assessment=here, to=new, decisions={})
    assert rest_on(cast.ada, here, whole) == 2
    done = here.upgrades.get()
    undo_upgrade(by=cast.ada, upgrade=done)
    here.refresh_from_db()
    assert here.rests_on == whole
    assert applying(here) == EVERY  # the edition of before has no such section
    assert here.answers.get(question__key="Q1").note == "Ours."


def test_start_from_an_earlier_one_carries_what_waits(cast):
    edition = levelled()
    whole = started(cast.acme, cast.ada, edition, "Acme")
    earlier = started(cast.acme, cast.ada, edition)
    answer(cast.con, earlier, "Q1", verdict="met", note="Ours.")
    here = started(cast.acme, cast.ada, edition, earlier=earlier, rests_on=whole)
    assert applying(here) == HERE
    assert here.answers.get(question__key="Q1").note == "Ours."


def test_move_of_the_other_assessment_moves_nothing_here(cast):
    old = levelled()
    whole, here = resting(cast.acme, cast.ada, old)
    answer(cast.con, whole, "Q1", verdict="met")
    new = levelled(2, checklist=old.checklist, number="2026.2")
    upgrade(by=cast.ada, assessment=whole, to=new, decisions={})
    assert applying(here) == HERE
    assert there(Assessment.objects.get(pk=whole.pk), ONCE)["Q1"].verdict == "met"


def test_saving_into_a_waiting_answer_keeps_the_text_and_counts_nothing(cast):
    _, here = resting(cast.acme, cast.ada)
    answer(cast.con, here, "Q1", verdict="met", note="Typed before it rested.")
    assert applying(here) == HERE
    rest_on(cast.ada, here, None)
    assert here.answers.get(question__key="Q1").note == "Typed before it rested."


def test_bulk_change_leaves_out_what_waits_and_says_so(cast):
    _, here = resting(cast.acme, cast.ada)
    rows = {row.pk: Known(row.version) for row in here.answers.all()}
    bulk = Bulk({"verdict": "met"})
    plan = preview_bulk(assessment=here, targets=rows, bulk=bulk)
    assert sorted(plan.not_applying) == [*ONCE]
