"""Rows that a hand-written statement reads are those that the ORM reads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.ground.web.joined_rows import Joined
from compliance.models import Answer, Assessment, Question, User
from tests.support.factories import make_assessment, make_draft, make_question, publish

pytestmark = pytest.mark.slow

ANSWERS = Joined(
    """
    SELECT {columns}, 7
    FROM compliance_answer answer
    JOIN compliance_assessment assessment ON assessment.id = answer.assessment_id
    JOIN compliance_question question ON question.id = answer.question_id
    LEFT JOIN compliance_user owner ON owner.id = answer.owner_id
    WHERE assessment.id = %s ORDER BY question.position
    """,
    answer=(Answer, None),
    assessment=(Assessment, None),
    question=(Question, ("id", "key", "number")),
    owner=(User, None),
)


def values(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


@pytest.fixture
def assessment(cast):
    edition = make_draft(questions=1)
    make_question(edition, edition.sections.get(), 2, kind="number", number={"at_most": 31}).save()
    made = make_assessment(cast.acme, cast.ada, publish(edition), facts={"data": ["health"]})
    first = made.answers.order_by("question__position").first()
    first.verdict, first.later_until, first.owner = "later", "2026-12-01", cast.con
    first.changed_at, first.changed_by = made.started_at, cast.con
    first.answered_at, first.answered_by = made.started_at, cast.con
    first.value = {"any": ["thing", 1, None]}
    first.save()
    return made


def test_every_column_has_the_value_that_the_orm_reads(assessment):
    rows = ANSWERS.read(assessment.pk)
    here = assessment.answers.order_by("question__position")
    assert [values(row[0]) for row in rows] == [values(one) for one in here]
    assert [values(row[1]) for row in rows] == [values(assessment)] * 2
    assert [row[4] for row in rows] == [7, 7]


def test_a_join_that_finds_nobody_gives_none(cast, assessment):
    rows = ANSWERS.read(assessment.pk)
    assert [row[3] for row in rows] == [cast.con, None]


def test_a_column_that_was_left_out_is_read_when_it_is_asked_for(assessment):
    question = ANSWERS.read(assessment.pk)[1][2]
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert (question.key, question.number) == ("Q2", {"at_most": 31})
    assert len(captured) == 0
    assert question.title == Question.objects.get(pk=question.pk).title


def test_what_was_read_is_saved_as_a_change(assessment):
    answer = ANSWERS.read(assessment.pk)[1][0]
    answer.note = "Typed."
    answer.save(update_fields=["note"])
    assert Answer.objects.get(pk=answer.pk).note == "Typed."
    assert assessment.answers.count() == 2
