"""Preparers of an answer: all who changed something that a reviewer looks at."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.four_eyes import preparers_and_signers
from compliance.assurance.reviews.preparers import preparers_of
from compliance.assurance.reviews.queries import desk_of
from compliance.content.evidence.actions import describe
from compliance.models import Event
from compliance.work.assessments.actions import attach, change_facts, correct_details, detach, undo
from compliance.work.assessments.writing import record
from compliance.work.evidence_use.actions import use_instead
from tests.support import factories, signing
from tests.support.event_types import GUESSED

pytestmark = pytest.mark.slow


def q1(assessment):
    return assessment.answers.get(question__key="Q1")


def take_out(cast, assessment):
    detach(by=cast.ada, answer=q1(assessment), evidence=cast.acme.evidence.get())


def put_back(cast, assessment):
    detach(by=cast.con, answer=q1(assessment), evidence=cast.acme.evidence.get())
    attach(by=cast.ada, answer=q1(assessment), evidence=cast.acme.evidence.get())


def rename(cast, assessment):
    describe(by=cast.ada, evidence=cast.acme.evidence.get(), title="Another")


def exchange(cast, assessment):
    row = cast.acme.evidence.get()
    other = factories.make_link(cast.acme, cast.con)
    use_instead(
        by=cast.ada,
        organisation=cast.acme,
        evidence=other,
        others=[row.pk],
        answer_ids=[q1(assessment).pk],
    )


def take_back(cast, assessment):
    signing.answer(cast.con, assessment, "Q1", note="Kept since June.")
    seq = Event.objects.filter(action="answer.saved").latest("seq").seq
    undo(by=cast.ada, assessment=assessment, seq=seq)


@pytest.mark.parametrize(
    "act",
    [take_out, put_back, rename, exchange, take_back],
    ids=lambda act: act.__name__,
)
def test_whoever_changes_what_a_reviewer_looks_at_prepared_it(act, cast):
    assessment = signing.make_ready(cast)
    assert desk_of(assessment).prepared(cast.ada.pk) == []
    act(cast, assessment)
    assert desk_of(assessment).prepared(cast.ada.pk) == ["Q1"]
    assert cast.ada.pk in preparers_of(assessment, q1(assessment))
    actions.send(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="You prepared one answer"):
        signing.sign(cast.ada, assessment)
    signing.look(cast.rev, assessment, "Q1")
    assert signing.sign(cast.ada, assessment).signed_by == cast.ada


def test_whoever_changes_the_facts_prepared_what_applies_by_that(cast):
    draft = factories.make_draft(questions=1)
    section = draft.sections.get()
    factories.make_question(draft, section, 2, rule={"data": ["health"]}).save()
    assessment = factories.make_assessment(cast.acme, cast.otto, factories.publish(draft))
    change_facts(by=cast.otto, assessment=assessment, facts={"data": []})
    change_facts(by=cast.ada, assessment=assessment, facts={"data": ["health"]})
    assert desk_of(assessment).prepared(cast.ada.pk) == ["Q2"]


def test_whoever_corrects_the_period_prepared_what_applies_by_that(cast):
    draft = factories.make_draft(questions=1)
    ended = [{"date": "2025-12-31"}]
    factories.make_question(draft, draft.sections.get(), 2, applies_until=ended).save()
    assessment = signing.begin(cast, factories.publish(draft))
    base = {"period_from": date(2026, 1, 1)}
    correct_details(
        by=cast.otto,
        assessment=assessment,
        details={"period_from": date(2025, 1, 1)},
        base=base,
        reason="It began in 2025.",
    )
    assert desk_of(assessment).prepared(cast.otto.pk) == ["Q2"]


def test_questions_ruled_out_are_counted_apart_from_answers(cast):
    draft = factories.make_draft(questions=1)
    section = draft.sections.get()
    factories.make_question(draft, section, 2, rule={"data": ["health"]}).save()
    assessment = factories.make_assessment(
        cast.acme, cast.otto, factories.publish(draft), facts={"data": ["health"]}
    )
    change_facts(by=cast.ada, assessment=assessment, facts={"data": []})
    signing.answer(cast.ada, assessment, "Q1", verdict="met")
    found = preparers_and_signers(desk_of(assessment), cast.acme)
    [ada] = [one for one in found if one.user == cast.ada]
    assert (ada.prepared, ada.ruled_out, ada.uncovered) == (1, 1, 2)


def test_evidence_described_before_the_assessment_began_is_nobodys_answer(cast):
    proof = factories.make_link(cast.acme, cast.con)
    describe(by=cast.ada, evidence=proof, title="Another")
    assessment = signing.make_ready(cast)
    attach(by=cast.con, answer=q1(assessment), evidence=proof)
    assert desk_of(assessment).prepared(cast.ada.pk) == []


def test_event_whose_type_says_nothing_of_it_prepares(cast):
    """Rather one yes too many than an answer that nobody else has seen."""
    assessment = signing.make_ready(cast)
    answer = assessment.answers.get(question__key="Q1")
    with transaction.atomic():
        record(cast.otto, answer, GUESSED, {}, {"verdict": "met"})
    assert desk_of(assessment).prepared(cast.otto.pk) == ["Q1"]
