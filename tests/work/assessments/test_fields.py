"""The registries of fields: each names every column, and says what it is."""

import pytest

from compliance.work.assessments.answer_fields import (
    ANSWER_FIELDS,
    BY_COLUMN,
    NEEDED,
    NOT_FIELDS,
    TYPED,
    Kind,
    from_json,
    json_of,
)
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.detail_fields import DETAILS, NOT_DETAILS, PLACED
from compliance.work.assessments.models import Answer, Assessment

COLUMNS = [column.attname for column in Answer._meta.concrete_fields]
KINDS = {
    "CharField": {Kind.VERDICT, Kind.WORD, Kind.TEXT},
    "JSONField": {Kind.VALUE},
    "TextField": {Kind.TEXT},
    "DateField": {Kind.DAY},
    "DateTimeField": {Kind.MOMENT},
    "BooleanField": {Kind.FLAG},
    "PositiveIntegerField": {Kind.COUNT},
    "ForeignKey": {Kind.PERSON, Kind.ANSWER},
}


def test_each_column_of_an_answer_is_a_field_or_says_why_not():
    assert sorted(COLUMNS) == sorted([*BY_COLUMN, *NOT_FIELDS])
    assert len(BY_COLUMN) == len(ANSWER_FIELDS)
    assert all(NOT_FIELDS.values())


def test_each_column_of_an_assessment_is_a_detail_or_says_why_not():
    columns = [column.attname for column in Assessment._meta.concrete_fields]
    assert sorted(columns) == sorted([*(field.column for field in DETAILS), *NOT_DETAILS])
    assert all(NOT_DETAILS.values())
    assert {*PLACED} <= {field.column for field in DETAILS}


@pytest.mark.parametrize("field", DETAILS, ids=lambda field: field.column)
def test_kind_of_a_detail_is_that_of_its_column(field):
    column = Assessment._meta.get_field(field.column)
    assert field.kind in KINDS[column.get_internal_type()]
    assert field.name == column.name
    assert getattr(Assessment(), field.column) == field.blank


@pytest.mark.parametrize("field", ANSWER_FIELDS, ids=lambda field: field.column)
def test_kind_of_a_field_is_that_of_its_column(field):
    column = Answer._meta.get_field(field.column)
    assert field.kind in KINDS[column.get_internal_type()]
    assert field.name == column.name
    assert getattr(Answer(), field.column) == field.blank


@pytest.mark.parametrize("field", TYPED, ids=lambda field: field.column)
def test_verdict_that_needs_a_field_says_so_when_it_is_missing(field):
    assert bool(field.needed_by) == bool(field.missing) == bool(field.missing_in_many)
    assert not field.is_tied or NEEDED[field.needed_by] is field


def test_labels_are_different():
    labels = [field.label for field in ANSWER_FIELDS]
    assert len(set(labels)) == len(labels)
    assert BY_COLUMN["later_until"].heading == "Later until"


def test_values_come_back_from_json_as_they_were():
    answer = Answer(verdict=Verdict.LATER, note="n", value=["a"], owner_id=4)
    answer.due_on = answer.later_until = BY_COLUMN["due_on"].from_json("2026-12-04")
    said = {field.column: getattr(answer, field.column) for field in TYPED}
    there = json_of(said)
    assert (there["due_on"], there["value"]) == ("2026-12-04", ["a"])
    assert from_json(there, *{field.role for field in TYPED}) == said
    assert BY_COLUMN["due_on"].words("2026-12-04") == "4 Dec 2026"
    assert BY_COLUMN["due_on"].words(answer.due_on) == "4 Dec 2026"
