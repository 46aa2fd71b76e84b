"""Reading an assessment for its report."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.models import Citation, Comment
from compliance.proof.audit import trail
from compliance.reporting.reports.queries import read
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_link,
    make_provision,
    publish,
)

pytestmark = pytest.mark.django_db


def met(cast, answer):
    """An answer as a person saves it: the row and its event."""
    answer.verdict, answer.note, answer.version = "met", "Kept.", 1
    answer.changed_by, answer.changed_at = cast.con, timezone.now()
    answer.save()
    with transaction.atomic():
        trail.record(
            by=cast.con,
            organisation_id=cast.acme.pk,
            action="answer.saved",
            subject=answer,
            scope_id=answer.assessment_id,
            before={"verdict": "unanswered", "note": ""},
            after={"verdict": "met", "note": "Kept."},
        )


def make_rich(cast, questions):
    """Every answer with evidence, a comment and a trail of its own."""
    edition = make_draft(questions, sections=2)
    for question in edition.questions.all():
        Citation.objects.create(question=question, provision=make_provision(), position=1)
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    for answer in assessment.answers.order_by("pk"):
        met(cast, answer)
        attach(answer, make_link(cast.acme, cast.con, f"Proof {answer.pk}"))
        Comment.objects.create(answer=answer, author=cast.rev, text="Seen.")
    return assessment


def test_answer_is_read_with_everything_on_it(cast):
    assessment = make_rich(cast, 2)
    paper = read(assessment.pk, 4)
    line = paper.content.lines[0]
    assert (line.key, line.verdict, line.note) == ("Q1", "met", "Kept.")
    assert line.cites.startswith("Law Art. ")
    assert [proof.used_in for proof in line.proofs] == [("Q1",)]
    assert [(r.author, r.text) for r in line.remarks] == [("Rev Iewer", "Seen.")]
    assert (line.changed_by, paper.number) == ("Con Tributor", 4)


def test_sections_and_questions_keep_their_order(cast):
    paper = read(make_rich(cast, 5).pk, 1)
    assert [line.key for line in paper.content.lines] == ["Q1", "Q2", "Q3", "Q4", "Q5"]
    assert [section.title for section in paper.content.sections] == [
        "Section 1",
        "Section 2",
    ]


def test_trail_is_read_newest_first_with_its_head(cast):
    paper = read(make_rich(cast, 2).pk, 1)
    assert [entry.what for entry in paper.trail] == [
        "Q2: Unanswered changed to Met; note written",
        "Q1: Unanswered changed to Met; note written",
    ]
    assert (paper.head_seq, paper.head_hash) == (2, paper.trail[0].hash)


def test_number_of_queries_does_not_grow(cast):
    counts = []
    for questions in (2, 12):
        assessment = make_rich(cast, questions)
        with CaptureQueriesContext(connection) as queries:
            read(assessment.pk, 1)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


def test_question_that_does_not_apply_carries_rule_and_fact(cast):
    edition = make_draft(2)
    edition.questions.filter(key="Q1").update(rule={"data": "health"})
    facts = {"data": []}
    assessment = make_assessment(cast.acme, cast.ada, publish(edition), facts=facts)
    assessment.answers.filter(question__key="Q1").update(applies=False)
    line = read(assessment.pk, 1).content.lines[0]
    assert not line.applies
    assert line.applicability == "Applies only when Data is “Health data”. Data: none of them."


def test_reading_twice_gives_the_same_content_hash(cast):
    assessment = make_rich(cast, 2)
    first, second = read(assessment.pk, 1), read(assessment.pk, 2)
    assert first.content.content_hash == second.content.content_hash


def test_due_date_is_part_of_what_is_hashed(cast):
    assessment = make_rich(cast, 1)
    before = read(assessment.pk, 1).content.content_hash
    assessment.answers.update(due_on=date(2027, 1, 1))
    assert read(assessment.pk, 1).content.content_hash != before


def test_what_an_earlier_assessment_said_is_read_beside_it(cast):
    earlier = make_rich(cast, 3)
    assessment = make_rich(cast, 3)
    assessment.carried_from = earlier
    assessment.save()
    for one in (earlier, assessment):
        for answer in one.answers.all():
            answer.attachments.all().delete()
    changed = assessment.answers.get(question__key="Q2")
    changed.verdict = "partly"
    changed.save()
    attach(changed, make_link(cast.acme, cast.con))
    content = read(assessment.pk, 1).content
    assert content.carried_from == "Acme, edition 2026.1, 1 Jan 2026 to 31 Dec 2026"
    assert [(x.key, x.then.verdict, x.then.changed) for x in content.different] == [
        ("Q2", "met", ("answer", "evidence added"))
    ]


def test_second_person_and_day_of_later_are_read(cast):
    one, two = make_rich(cast, 2).answers.order_by("pk")
    one.verdict, one.reason, one.na_by = "na", "None.", cast.con
    one.na_confirmed_by, one.na_confirmed_at = cast.rev, timezone.now()
    one.save()
    two.verdict, two.later_until, two.taken_from = "later", date(2027, 1, 1), one
    two.taken_version, two.taken_at = 1, timezone.now()
    two.save()
    first, second = read(one.assessment_id, 1).content.lines
    assert (first.na_by, first.na_confirmed_by) == ("Con Tributor", "Rev Iewer")
    assert second.later_until == date(2027, 1, 1)
    assert second.taken_from == "Q1, Privacy, Acme"


def test_source_that_moves_on_is_noted_and_leaves_the_content_hash(cast):
    source = make_rich(cast, 1).answers.get()
    target = make_rich(cast, 2).answers.order_by("pk").first()
    target.taken_from, target.taken_at = source, timezone.now()
    target.taken_version = source.version
    target.save()
    before = read(target.assessment_id, 1)
    source.version += 1
    source.save()
    after = read(target.assessment_id, 2)
    assert (before.moved, after.moved) == (frozenset(), {"Q1"})
    assert before.content.content_hash == after.content.content_hash


def test_archived_answers_stand_apart_and_count_nowhere(cast):
    assessment = make_rich(cast, 3)
    gone = assessment.answers.first()
    gone.archived_at = timezone.now()
    gone.save()
    content = read(assessment.pk, 1).content
    assert [line.key for line in content.archived] == [gone.question.key]
    assert len(content.lines) == 2
    (line,) = content.archived
    assert (line.verdict, line.note, len(line.proofs)) == ("met", "Kept.", 1)
    assert gone.question.key in read(assessment.pk, 1).trail[-1].what


def test_archived_answer_that_says_nothing_is_left_out(cast):
    assessment = make_assessment(cast.acme, cast.ada)
    assessment.answers.filter(question__key="Q1").update(archived_at=timezone.now())
    assert read(assessment.pk, 1).content.archived == ()
