"""Each column of a table in a bundle travels, or says why it does not."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from compliance.assurance.reviews import row_columns
from compliance.models import ActionLink, Assessment, Check


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
