"""Event types: each is declared once, and no event is of another."""

import ast
import copy
from importlib import import_module
from pathlib import Path

import pytest
from django.db import transaction

import compliance
from compliance.apps import ROOMS
from compliance.audit import event_types, trail
from compliance.audit.event_types import EventType, Topic
from compliance.audit.events import TRAIL_EXPORTED
from compliance.checklists.events import ADDED, CHANGED, RESTORED
from compliance.models import Event
from compliance.organisations.events import MEMBER_ADDED

ROOT = Path(compliance.__file__).parent
DECLARING = sorted(ROOT.glob("*/events.py"))
MODULES = [
    path
    for path in sorted(ROOT.rglob("*.py"))
    if "migrations" not in path.parts and path not in DECLARING
]


def declared():
    """Constant to type, of every room."""
    return {
        name: value
        for room in ROOMS
        for name, value in vars(import_module(f"compliance.{room}.events")).items()
        if isinstance(value, EventType)
    }


def test_each_room_with_types_is_registered():
    assert {path.parent.name for path in DECLARING} == set(ROOMS)


def test_event_of_no_type_is_refused(cast):
    with (
        transaction.atomic(),
        pytest.raises(ValueError, match="no type of events named"),
    ):
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action="organisation.painted",
            subject=cast.acme,
        )
    assert not Event.objects.exists()


def test_event_about_another_row_than_its_type_says_is_refused(cast):
    with transaction.atomic(), pytest.raises(ValueError, match="about a row of member"):
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=MEMBER_ADDED,
            subject=cast.acme,
        )
    assert not Event.objects.exists()


def test_name_is_declared_once():
    with pytest.raises(ValueError, match=r"Two event types are named trail\.exported"):
        EventType("trail.exported", "", subject="organisation", topic=Topic.TRAIL)
    assert event_types.named("trail.exported") is TRAIL_EXPORTED


def test_copy_of_a_type_is_the_type():
    assert copy.deepcopy(TRAIL_EXPORTED) is TRAIL_EXPORTED


def test_each_type_is_made_somewhere():
    used = {
        node.id
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name)
    }
    by_model = {*ADDED.values(), *CHANGED.values(), *RESTORED.values()}
    idle = {name for name, one in declared().items() if one not in by_model} - used
    assert idle == set()
