"""The registries of actions and evidence: what names their fields one by one leaves none out."""

from dataclasses import fields

import pytest

from compliance.content.evidence.fields import DESCRIBED
from compliance.content.evidence.forms import BaseForm, EvidenceForm
from compliance.content.evidence.models import Evidence
from compliance.programs.api.shapes.actions import ActionFields, ActionShape
from compliance.programs.api.shapes.evidence import EvidenceShape, EvidenceWords
from compliance.work.assessments.action_fields import ACTION_FIELDS, NOT_ACTION_FIELDS
from compliance.work.assessments.models import Action
from compliance.work.remediation.event_labels import TOLD
from compliance.work.remediation.forms import RemedyEditForm
from compliance.work.snapshots.content import Proof, Task

COLUMNS = {field.column for field in ACTION_FIELDS}
NAMES = {field.name for field in ACTION_FIELDS}
RECEIVED = {
    "id": "names the row",
    "organisation_id": "whose row it is",
    "file_name": "of the file, which never changes",
    "media_type": "of the file",
    "size_bytes": "of the file",
    "sha256": "of the file",
    "url": "the link, which never changes",
    "replaces_id": "a newer piece says so when it comes",
    "added_at": "follows from its arrival",
    "added_by_id": "follows from its arrival",
}
"""Columns of evidence that nobody describes, each with its reason."""


def columns_of(model):
    return {column.attname for column in model._meta.concrete_fields}


def test_each_column_of_an_action_is_a_field_or_says_why_not():
    assert columns_of(Action) == COLUMNS | NOT_ACTION_FIELDS.keys()
    assert not COLUMNS & NOT_ACTION_FIELDS.keys()


def test_each_column_of_evidence_is_described_or_says_why_not():
    assert columns_of(Evidence) == DESCRIBED.keys() | RECEIVED.keys()


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (NAMES, ActionShape.model_fields),
        (NAMES, ActionFields.model_fields),
        (NAMES, RemedyEditForm.base_fields),
        (NAMES, {field.name for field in fields(Task)}),
        (COLUMNS, TOLD),
        (DESCRIBED.keys(), EvidenceShape.model_fields),
        (DESCRIBED.keys(), EvidenceWords.model_fields),
        (DESCRIBED.keys(), EvidenceForm.base_fields),
        ({f"base_{name}" for name in DESCRIBED}, BaseForm.base_fields),
        (DESCRIBED.keys(), {field.name for field in fields(Proof)}),
    ],
    ids=[
        *("action in replies", "action in calls", "action in its form", "action in content"),
        *("action in history", "evidence in replies", "evidence in calls", "evidence in its form"),
        *("evidence as it was shown", "evidence in content"),
    ],
)
def test_field_has_a_place(names, place):
    assert names - set(place) == set()
