"""Each column of a table in a bundle travels, or says why it does not."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from compliance.assurance.bundles import references, shape
from compliance.assurance.reviews import row_columns
from compliance.models import ActionLink, Assessment, Check, Mention

PARTS = [
    (shape.AssessmentPart, row_columns.ASSESSMENT),
    (shape.AnswerPart, row_columns.ANSWER),
    (shape.AttachmentPart, row_columns.ATTACHMENT),
    (shape.CommentPart, row_columns.COMMENT),
    (shape.EvidencePart, row_columns.EVIDENCE),
    (shape.ActionPart, row_columns.ACTION),
    (shape.ReviewPart, row_columns.REVIEW),
    (shape.CheckPart, row_columns.CHECK),
    (shape.SignOffPart, row_columns.SIGNOFF),
    (shape.ReopeningPart, row_columns.REOPENING),
]


def test_column_that_a_table_gains_travels_by_itself():
    assert set(row_columns.ASSESSMENT.values) == {
        field.name for field in Assessment._meta.concrete_fields if not field.is_relation
    } - {"rests"}


def test_relation_that_nothing_leads_to_is_refused():
    with pytest.raises(ImproperlyConfigured, match=r"ActionLink: .* leads to answer, or why it does not"):
        row_columns._columns(ActionLink, action="the row it stands in")


def test_reason_for_a_column_that_is_gone_is_refused():
    with pytest.raises(KeyError, match="mood"):
        row_columns._columns(Check, review="the row it stands in", answer="a place", mood="nobody asks")


@pytest.mark.parametrize(("part", "columns"), PARTS, ids=lambda each: getattr(each, "__name__", ""))
def test_bundle_takes_every_column_that_is_written(part, columns):
    """The process that reads a bundle knows no models, so their columns stand in its shape again."""
    assert {*columns.values, *columns.people} <= part.model_fields.keys()


def test_table_without_a_part_has_nothing_more_to_say():
    tables = {each for each in vars(row_columns).values() if isinstance(each, row_columns.Columns)}
    without = {(each.model, each.values, each.people) for each in tables - {columns for _, columns in PARTS}}
    assert without == {(Mention, (), ("user",)), (ActionLink, (), ())}


@pytest.mark.parametrize("columns", [columns for _, columns in PARTS], ids=lambda each: each.model.__name__)
def test_each_person_that_is_named_is_looked_for_in_the_bundle(columns):
    assert set(columns.people) <= references.PEOPLE
