"""Columns that a hand-written statement writes are those that the ORM writes."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from compliance.ground.web import written_rows
from compliance.models import Answer
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.assessments.writing import record
from tests.support.factories import make_assessment, make_draft, publish

pytestmark = pytest.mark.slow


@pytest.fixture
def answer(cast):
    edition = publish(make_draft(questions=2))
    made = make_assessment(cast.acme, cast.ada, edition, facts={"data": ["health"]})
    return made.answers.order_by("pk").first()


def update(by, answer, names):
    """As an action does: with an event, which has what the statement wrote."""
    with writing():
        written_rows.update(answer, names)
        record(by, answer, ANSWER_SAVED, {}, {})


def test_each_column_holds_what_save_would_have_written(cast, answer):
    answer.verdict, answer.later_until = "later", date(2026, 12, 1)
    answer.note, answer.value = "x" * 3000 + "\n“ü”", {"any": ["thing", 1, None]}
    answer.owner = answer.changed_by = answer.answered_by = cast.con
    answer.changed_at = answer.answered_at = timezone.now()
    names = [f.name for f in Answer._meta.concrete_fields if not f.primary_key]
    update(cast.ada, answer, names)
    stands = Answer.objects.get(pk=answer.pk)
    for name in names:
        assert getattr(stands, name) == getattr(answer, name), name


def test_other_columns_and_rows_stay(cast, answer):
    other = answer.assessment.answers.exclude(pk=answer.pk).get()
    answer.note, answer.reason = "Kept.", "Not kept."
    update(cast.ada, answer, ["note"])
    stands = Answer.objects.get(pk=answer.pk)
    assert (stands.note, stands.reason) == ("Kept.", "")
    assert Answer.objects.get(pk=other.pk).note == ""


def test_row_that_is_gone_is_an_error(cast, answer):
    answer.pk = 0
    with pytest.raises(DatabaseError, match="answer 0 is not there"):
        update(cast.ada, answer, ["note"])


def test_made_row_is_the_one_that_the_orm_would_have_made(cast, answer):
    event = record(cast.ada, answer, ANSWER_SAVED, {}, {"note": "x" * 3000 + "“ü”"})
    trail.write_waiting()
    stands = Event.objects.get(pk=event.pk)
    assert (event._state.adding, event._state.db) == (False, "default")
    for field in Event._meta.concrete_fields:
        assert getattr(stands, field.attname) == getattr(event, field.attname)


def test_refused_value_undoes_the_block(cast, answer):
    answer.note, answer.version = "Half.", -1
    with pytest.raises(IntegrityError):
        update(cast.ada, answer, ["note", "version"])
    assert Answer.objects.get(pk=answer.pk).note == ""
