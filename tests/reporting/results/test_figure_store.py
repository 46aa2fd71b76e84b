"""Figures that are kept follow from the answers, whatever changed since."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.content.checklists.scales import scales_of
from compliance.content.evidence.actions import describe
from compliance.models import Summary
from compliance.operations.erasure.actions import erase_person
from compliance.reporting.results import actions, figure_store
from compliance.reporting.results.choices import Reach
from compliance.reporting.results.figure_store import counted, faults, figures
from compliance.reporting.results.stands import assessments_of
from compliance.work.assessments.actions import attach
from compliance.work.discussion.actions import comment
from compliance.work.edition_moves.actions import upgrade
from tests.support import signing
from tests.support.factories import make_edition, make_scaled_edition

TODAY = timezone.localdate()


@pytest.fixture
def scaled(cast):
    return signing.begin(cast, make_scaled_edition())


def kept(*assessments, today=None):
    return list(figures(assessments, today or timezone.localdate()).values())


def is_counted(monkeypatch, *assessments, today=None):
    """The assessments that reading the figures counts."""
    seen = []
    real = figure_store.counted

    def count(one, day):
        seen.append(one)
        return real(one, day)

    monkeypatch.setattr(figure_store, "counted", count)
    kept(*assessments, today=today)
    monkeypatch.setattr(figure_store, "counted", real)
    return seen


def test_figures_are_those_of_the_result(cast, scaled):
    signing.answer(cast.con, scaled, "Q1", value=["c2"])
    signing.answer(cast.con, scaled, "Q4", verdict="not_met")
    [found] = kept(scaled)
    assert found == counted(scaled, timezone.localdate())
    [scale] = found.scales
    assert (scale.level_name, scale.answered, scale.open) == ("SEAL-2", 1, 2)
    assert (found.law.not_met, found.law.total) == (1, 1)
    assert [one.key for one in found.worst] == ["Q4"]


def test_second_reading_counts_nothing(cast, scaled, monkeypatch):
    assert is_counted(monkeypatch, scaled) == [scaled]
    assert is_counted(monkeypatch, scaled) == []


def test_save_makes_only_its_own_assessment_stale(cast, scaled, monkeypatch):
    other = signing.begin(cast, scaled.edition)
    kept(scaled, other)
    signing.answer(cast.con, scaled, "Q4", verdict="met")
    assert is_counted(monkeypatch, scaled, other) == [scaled]
    assert kept(scaled)[0].law.met == 1


def test_comment_makes_nothing_stale(cast, scaled, monkeypatch):
    kept(scaled)
    comment(by=cast.con, answer=scaled.answers.first(), text="Look at this.")
    assert is_counted(monkeypatch, scaled) == []


def test_evidence_makes_stale_where_it_is_used(cast, scaled, monkeypatch):
    other = signing.begin(cast, scaled.edition)
    signing.answer(cast.con, scaled, "Q4", verdict="met")
    proof = signing.link(cast)
    attach(by=cast.con, answer=scaled.answers.get(question__key="Q4"), evidence=proof)
    assert kept(scaled, other)[0].law.proved == 1
    describe(by=cast.con, evidence=proof, expires_on=date(2020, 1, 1))
    assert is_counted(monkeypatch, scaled, other) == [scaled]
    assert kept(scaled)[0].law.proved == 0


def test_targets_for_all_make_every_assessment_of_the_checklist_stale(cast, scaled, monkeypatch):
    plain = signing.begin(cast, make_edition())
    kept(scaled, plain)
    [scale] = scales_of(scaled.edition.scales)
    actions.set_targets(
        by=cast.otto,
        assessment=scaled,
        scale=scale,
        levels={"keys": 2},
        holds_by=None,
        reach=Reach.ORGANISATION,
        base="",
    )
    assert is_counted(monkeypatch, scaled, plain) == [scaled]
    assert kept(scaled)[0].scales[0].has_targets


def test_duty_that_begins_to_bind_is_counted_on_its_day(cast, scaled, monkeypatch):
    begins = TODAY + timedelta(days=40)
    scaled.answers.filter(question__key="Q4").update(binds_from=begins)
    [found] = kept(scaled)
    assert (found.to_prepare, found.law.total) == (1, 0)
    assert [one.on for one in found.ahead] == [begins]
    before = begins - timedelta(days=1)
    assert is_counted(monkeypatch, scaled, today=before) == []
    assert is_counted(monkeypatch, scaled, today=begins) == [scaled]
    assert kept(scaled, today=begins)[0].law.open == 1


def test_evidence_that_ends_is_counted_on_the_day_after(cast, scaled, monkeypatch):
    signing.answer(cast.con, scaled, "Q4", verdict="met")
    ends = TODAY + timedelta(days=10)
    proof = signing.link(cast, expires_on=ends)
    attach(by=cast.con, answer=scaled.answers.get(question__key="Q4"), evidence=proof)
    kept(scaled)
    assert is_counted(monkeypatch, scaled, today=ends) == []
    assert is_counted(monkeypatch, scaled, today=ends + timedelta(days=1)) == [scaled]


def test_evidence_until_the_last_day_of_the_calendar_has_no_day_after(cast, scaled):
    signing.answer(cast.con, scaled, "Q4", verdict="met")
    proof = signing.link(cast, expires_on=date.max)
    attach(by=cast.con, answer=scaled.answers.get(question__key="Q4"), evidence=proof)
    assert kept(scaled)[0].law.proved == 1
    assert Summary.objects.get().holds_until is None


def test_edition_that_an_assessment_moved_to_meanwhile_is_the_one_counted(cast, scaled):
    """A page reads its assessments first, and how far the trail has grown afterwards."""
    signing.answer(cast.con, scaled, "Q2", value=["c1"])
    rows = assessments_of([cast.acme])
    groups = [{"key": "all", "title": "All", "weight": 9, "questions": ["Q1", "Q2"]}]
    later = make_scaled_edition(groups=groups, checklist=scaled.edition.checklist, number="2026.2")
    upgrade(by=cast.ada, assessment=scaled, to=later, decisions={})
    kept(*rows)
    scaled = assessments_of([cast.acme])[0]
    assert kept(scaled) == [counted(scaled, TODAY)]
    assert list(faults(cast.acme.pk)) == []


def test_other_rules_or_fields_make_all_stale(cast, scaled, monkeypatch):
    kept(scaled)
    Summary.objects.update(rules="2020-01-01 0000", figures="{}")
    assert is_counted(monkeypatch, scaled) == [scaled]


def test_void_signature_is_kept_with_its_cause(cast, monkeypatch):
    assessment = signing.make_signed(cast, is_begun=True)
    assert kept(assessment)[0].void is None
    proof = assessment.answers.get(question__key="Q1").attachments.get().evidence
    describe(by=cast.con, evidence=proof, title="Another title")
    [found] = kept(assessment)
    assert "title" in found.void.named[0]


def test_figures_changed_by_hand_are_found_and_counted_again(cast, scaled, capsys):
    good = kept(scaled)
    row = Summary.objects.get()
    row.figures = row.figures.replace('"open":1', '"open":0', 1)
    row.save()
    [fault] = faults(cast.acme.pk)
    assert "kept figures" in fault.what
    call_command("count_results")
    assert "1 had been wrong" in capsys.readouterr().out
    assert list(faults(cast.acme.pk)) == []
    assert kept(scaled) == good


def test_answers_changed_past_the_trail_are_found(cast, scaled):
    kept(scaled)
    scaled.answers.filter(question__key="Q4").update(verdict="met")
    assert len(list(faults(cast.acme.pk))) == 1


def test_page_opens_where_nothing_can_be_kept(cast, scaled, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(Summary.objects, "bulk_create", fail)
    assert kept(scaled)[0].law.total == 1


def test_statements_are_as_many_for_one_as_for_many(cast, scaled):
    many = [signing.begin(cast, scaled.edition) for _ in range(5)]
    kept(scaled, *many)
    counts = []
    for some in ([scaled], [scaled, *many]):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            kept(*some)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3


@pytest.mark.parametrize("verdict", ["na", "unanswered"])
def test_all_na_and_nothing_answered_have_figures(cast, scaled, verdict):
    if verdict == "na":
        for answer in scaled.answers.all():
            answer.verdict, answer.reason = "na", "No such data."
            answer.save()
        Summary.objects.all().delete()
    [found] = kept(scaled)
    assert (found.law.total, found.law.na) == ((0, 1) if verdict == "na" else (1, 0))
    assert found.answered == 0


def test_erased_texts_make_all_figures_of_the_chain_stale(cast, scaled, monkeypatch):
    person = cast.con
    signing.answer(person, scaled, "Q4", note=f"Ask {person.name}.")
    kept(scaled)
    row = Summary.objects.get()
    erase_person(by=cast.ada, person=person)
    row.save()
    assert is_counted(monkeypatch, scaled) == [scaled]
