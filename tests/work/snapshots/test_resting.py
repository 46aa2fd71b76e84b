"""The content of an assessment that rests on another one: hash, signature, looking back."""

import json

import pytest
from django.core.exceptions import ValidationError

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.checks import seen_of
from compliance.assurance.reviews.choices import Decision
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.readiness import About, points
from compliance.assurance.reviews.signatures import signoffs_of, standing
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions as answering
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.content import content_from
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.support import factories
from tests.support.resting_assessments import levelled, rest_on, resting, started
from tests.support.signing import LATER, answer, fresh, link, seen, sign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def content_now(assessment):
    return content_of(to_read(assessment.pk))


def said(assessment):
    """Key to what stands in for an answer."""
    return {line.key: found for line, found in content_now(assessment).resting}


def answered(cast):
    """The organisation has answered one of two; the other one all that is asked of it."""
    whole, here = resting(cast.acme, cast.ada)
    answer(cast.con, whole, "Q1", verdict="met", note="Kept.")
    row = whole.answers.get(question__key="Q1")
    answering.attach(by=cast.con, answer=row, evidence=link(cast, expires_on=LATER))
    for key in ("Q3", "Q4"):
        answer(cast.con, here, key, verdict="met")
    return whole, here


def finished(cast, whole):
    """Everything that is asked of the organisation has an answer; sent for review."""
    for key in ("Q2", "Q3", "Q4"):
        answer(cast.con, whole, key, verdict="met")
    actions.send(by=cast.otto, assessment=fresh(whole))


def accepted(cast, here):
    """Otto accepts, as the second person, that another assessment answers."""
    desk = desk_of(here)
    lines = desk.ruled_out_for(cast.otto.pk)
    for line in lines:
        actions.check(
            by=cast.otto,
            assessment=here,
            answer_id=desk.answers[line.key],
            seen=seen_of(line),
            result="accepted",
        )


def test_content_has_what_stands_in_and_its_hash_covers_it(cast):
    whole, here = answered(cast)
    content = content_now(here)
    assert [line.key for line in content.applying] == ["Q3", "Q4"]
    head = content.rests_on
    assert (head.subject, head.revision, head.status) == ("Acme", 1, "running")
    first, second = (found for _, found in content.resting)
    assert (first.verdict, second.verdict) == ("met", "unanswered")
    assert first.evidence == ("https://intranet.example.org/policy",)
    assert first.answered_at is not None
    tally = content.resting_tally
    assert (tally.total, tally.answered, tally.met) == (2, 1, 1)
    answer(cast.con, whole, "Q2", verdict="not_met")
    assert content_now(here).content_hash != content.content_hash


def test_content_is_read_back_as_it_was_written(cast):
    _, here = answered(cast)
    content = content_now(here)
    again = content_from(content.as_json)
    assert again == content
    assert again.content_hash == content.content_hash


def test_content_of_one_that_rests_on_nothing_keeps_the_hash_it_had(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    content = content_now(assessment)
    values = json.loads(content.as_json)
    assert "rests_on" not in values
    assert all("stands_in" not in q for s in values["sections"] for q in s["lines"])
    assert digest(canonical(values)) == content.content_hash


def test_own_answer_that_waits_is_no_part_of_what_is_counted(cast):
    whole, here = answered(cast)
    rest_on(cast.ada, here, None)
    answer(cast.con, here, "Q1", verdict="not_met")
    rest_on(cast.ada, here, whole)
    assert [line.key for line in content_now(here).applying] == ["Q3", "Q4"]
    assert said(here)["Q1"].verdict == "met"


def test_question_that_does_not_apply_there_or_is_not_asked_there_says_so(cast):
    old = factories.make_edition(3, sections=2)
    whole = started(cast.acme, cast.ada, old, "Acme")
    new = levelled(8, checklist=old.checklist, number="2026.2")
    here = started(cast.acme, cast.ada, new, rests_on=whole)
    found = said(here)
    assert [found[key].verdict_word for key in ("Q1", "Q4")] == [
        "Unanswered",
        "Not asked there",
    ]
    assert content_now(here).resting_tally.unanswered == 4


def test_review_warns_of_what_is_open_unmet_or_unsigned_there_and_goes_on(cast):
    whole, here = answered(cast)
    answer(cast.con, whole, "Q1", verdict="not_met")
    desk = desk_of(here)
    found = points(desk.content, desk.today, desk.checks, desk.preparers, None)
    titles = [one.title for one in found if one.about == About.ELSEWHERE]
    assert titles == [
        "“Acme” answers for this one and is not signed",
        "One question is still open in “Acme”",
        "One question is not met in “Acme”",
    ]
    assert not any(one.blocks for one in found if one.about == About.ELSEWHERE)
    actions.send(by=cast.otto, assessment=fresh(here))


def test_change_there_between_review_and_signature_refuses_the_signature(cast):
    whole, here = answered(cast)
    actions.send(by=cast.otto, assessment=fresh(here))
    accepted(cast, here)
    page = seen(here)
    answer(cast.con, whole, "Q1", verdict="not_met")
    with pytest.raises(ValidationError, match="has changed since") as caught:
        sign(cast.rev, fresh(here), seen=page)
    assert caught.value.code == "moved"
    assert sign(cast.rev, fresh(here))


def test_signing_freezes_what_stood_there(cast):
    whole, here = answered(cast)
    actions.send(by=cast.otto, assessment=fresh(here))
    accepted(cast, here)
    row = sign(cast.rev, fresh(here))
    assert "in the assessment “Acme”, revision 1, not signed" in row.statement
    before = content_now(here)
    answer(cast.con, whole, "Q1", verdict="not_met")
    answering.archive(by=cast.ada, assessment=whole)
    after = content_now(here)
    assert after == before == standing(to_read(here.pk), after)
    assert after.content_hash == row.snapshot_id
    (signature,) = signoffs_of(to_read(here.pk))
    assert not signature.is_void


def test_signed_assessment_is_named_with_its_hash(cast):
    whole, here = answered(cast)
    finished(cast, whole)
    row = sign(cast.rev, fresh(whole))
    head = content_now(here).rests_on
    assert (head.status, head.content_hash) == ("signed", row.snapshot_id)
    asked = {"assessment": fresh(whole)}
    actions.ask_reopening(by=cast.otto, reason="New law.", **asked)
    actions.decide_reopening(by=cast.ada, decision=Decision.APPROVED, **asked)
    head = content_now(here).rests_on
    assert (head.revision, head.status, head.content_hash) == (2, "running", "")


def test_choice_to_rest_needs_a_second_person(cast):
    whole, here = answered(cast)
    rest_on(cast.ada, here, None)
    rest_on(cast.rev, here, whole)
    actions.send(by=cast.otto, assessment=fresh(here))
    with pytest.raises(ValidationError, match="another assessment answers 2 questions"):
        sign(cast.rev, fresh(here))
    accepted(cast, here)
    assert sign(cast.rev, fresh(here))


def test_looking_back_shows_what_stood_there_then(cast):
    whole, here = answered(cast)
    moments = {}

    def keep():
        seq = Event.objects.filter(organisation_id=cast.acme.pk).latest("seq").seq
        moments[seq] = content_now(here)

    keep()
    answer(cast.con, whole, "Q2", verdict="partly", note="Half.")
    keep()
    other = started(cast.acme, cast.ada, whole.edition, "Acme North")
    rest_on(cast.ada, here, other)
    keep()
    rest_on(cast.ada, here, None)
    keep()
    rest_on(cast.ada, here, whole)
    actions.send(by=cast.otto, assessment=fresh(here))
    accepted(cast, here)
    sign(cast.rev, fresh(here))
    keep()
    answer(cast.con, whole, "Q2", verdict="met")
    keep()
    for seq, content in moments.items():
        assert content_as_of(to_read(here.pk), seq) == content


def test_reading_costs_the_same_for_many_questions(cast, django_assert_max_num_queries):
    small, large = levelled(4), levelled(60)
    counts = []
    for edition in (small, large):
        _, here = resting(cast.acme, cast.ada, edition)
        with django_assert_max_num_queries(60) as caught:
            content_now(here)
        counts.append(len(caught.captured_queries))
    assert counts[0] == counts[1]
