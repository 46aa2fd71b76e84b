"""Event types: each is declared once, and no event is of another."""

import ast
import copy
import json
import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

import compliance
from compliance.assurance.seats.events import SEAT_OFFERED
from compliance.content.checklists.events import CHANGED, RESTORED
from compliance.ground.web.own_languages import OwnLanguage
from compliance.identity.organisations.events import MEMBER_ADDED
from compliance.models import Event
from compliance.proof.audit import event_types, trail, verification
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.columns import columns_of, is_text, proven
from compliance.proof.audit.event_types import EventType, Topic, UnknownVersionError
from compliance.proof.audit.events import TRAIL_EXPORTED
from compliance.proof.audit.leaves import may_be_erased
from compliance.proof.audit.payloads import erasable
from compliance.proof.audit.transaction import writing
from compliance.reporting.history.trail_rows import rows_of
from compliance.rooms import modules
from compliance.work.assessments.events import (
    ACTION_CHANGED,
    ANSWER_SAVED,
    ASSESSMENT_STARTED,
)

ROOT = Path(compliance.__file__).parent
DECLARING = sorted(ROOT.glob("*/*/events.py"))
MODULES = [
    path for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts and path not in DECLARING
]


def declared():
    """Constant to type, of every room."""
    return {
        name: value
        for module in modules("events")
        for name, value in vars(module).items()
        if isinstance(value, EventType)
    }


def test_event_of_no_type_is_refused(cast):
    with (
        writing(),
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
    with writing(), pytest.raises(ValueError, match="about a row of member"):
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=MEMBER_ADDED,
            subject=cast.acme,
        )
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"person": "ada@example.org"}, r"after\.role: Field required"),
        ({"person": 7, "role": "owner"}, r"after\.person: Input should be a valid"),
        (
            {"person": "ada@example.org", "role": "owner", "age": 7},
            r"after\.age: Extra inputs are not permitted",
        ),
    ],
)
def test_event_that_says_something_else_than_its_type_is_refused(cast, after, words):
    with writing(), pytest.raises(ValueError, match=f"member.added does not.*{words}"):
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=MEMBER_ADDED,
            subject=cast.acme.memberships.first(),
            after=after,
        )
    assert not Event.objects.exists()


@pytest.fixture
def newer(cast):
    """An event as the next version of the program may write it."""
    member = cast.acme.memberships.first()
    object.__setattr__(MEMBER_ADDED, "version", 2)
    try:
        event = trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=MEMBER_ADDED,
            subject=member,
            after={"person": "ada@example.org", "role": "owner"},
        )
    finally:
        object.__setattr__(MEMBER_ADDED, "version", 1)
    return event


def test_event_in_a_version_that_is_not_known_is_not_read(newer):
    assert json.loads(newer.payload)["version"] == 2
    words = "is member.added in version 2, and only version 1 is known"
    with pytest.raises(UnknownVersionError, match=words):
        trail.changes(newer)


def test_verification_names_an_event_in_a_version_that_is_not_known(newer, capsys):
    fault = verification.verify(newer.organisation_id)
    assert (fault.seq, fault.kind) == (newer.seq, Kind.NEWER)
    with pytest.raises(CommandError):
        call_command("verify_trail")
    assert f"Acme: event {newer.seq} {fault.what} ({Kind.NEWER})." in (capsys.readouterr().out)


def test_each_event_says_its_version_where_the_check_looks_for_it(cast):
    event = trail.record(
        by=cast.ada,
        organisation_id=cast.acme.pk,
        action=MEMBER_ADDED,
        subject=cast.acme.memberships.first(),
        after={"person": "ada@example.org", "role": "owner"},
    )
    assert event.payload.endswith('"version":1}')
    assert verification.verify(cast.acme.pk) is None


def test_days_and_ids_are_taken_as_they_are_and_as_text():
    sides = {
        "assessment": uuid4(),
        "from_on": date(2026, 1, 1),
        "until_on": "2026-02-01",
    }
    sides |= {"purpose": "Audit", "person": "a@example.org", "subject": "Privacy, Acme"}
    SEAT_OFFERED.refuse_unfit({}, sides)
    with pytest.raises(ValueError, match=r"after\.until_on"):
        SEAT_OFFERED.refuse_unfit({}, sides | {"until_on": "soon"})


def test_texts_of_people_may_be_erased_and_nothing_else():
    assert erasable(SEAT_OFFERED.after) == ["/person", "/purpose", "/subject"]
    assert "/after/carried/answers/*/note" in ASSESSMENT_STARTED.texts
    assert {"/after/attached/#/title", "/before/note"} <= {*ANSWER_SAVED.texts}
    assert not may_be_erased("/after/verdict", ANSWER_SAVED.texts)
    assert may_be_erased("/rows/texts/answer/17/note", ANSWER_SAVED.texts)
    assert not may_be_erased("/rows/new/answer/#0", ANSWER_SAVED.texts)


def test_a_list_of_rows_is_one_leaf_and_holds_no_text_of_people():
    every = {text for one in declared().values() for text in one.texts}
    assert [text for text in every if "/#/#" in text] == []


def test_a_column_may_be_erased_in_a_side_where_it_may_in_the_rows():
    """Texts of rows and of sides are the same texts: both say of each what it is."""
    models = {model._meta.model_name: model for model in proven().values()}
    unlike = set()
    for one in declared().values():
        model = models.get(one.subject)
        is_about_it = one.startswith(f"{one.subject}.")
        for side in (one.before, one.after) if model and is_about_it else ():
            whole = {text.split("/")[1] for text in erasable(side)}
            for name in columns_of(model).keys() & side.__annotations__.keys():
                if is_text(columns_of(model)[name]) != (name in whole):
                    unlike.add((str(one), name))
    assert unlike == set()


def test_name_is_declared_once():
    with pytest.raises(ValueError, match=r"Two event types are named trail\.exported"):
        EventType("trail.exported", "", subject="organisation", topic=Topic.TRAIL)
    assert event_types.named("trail.exported") is TRAIL_EXPORTED


def test_copy_of_a_type_is_the_type():
    assert copy.deepcopy(TRAIL_EXPORTED) is TRAIL_EXPORTED


@pytest.mark.slow
def test_each_type_is_made_somewhere():
    used = {
        node.id
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name)
    }
    by_model = {*CHANGED.values(), *RESTORED.values()}
    idle = {name for name, one in declared().items() if one not in by_model} - used
    assert idle == set()


ALONE = {
    "proof/audit/chain_check.py",  # goes along with an exported trail, without Django
    "proof/verifier/verify_events.py",  # goes along with an audit pack
}


@pytest.mark.slow
def test_no_other_module_names_an_event():
    names = {str(one) for one in declared().values()}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in MODULES
        if str(path.relative_to(ROOT)) not in ALONE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert found == []


def test_programs_that_stand_alone_name_events_that_there_are():
    name = re.compile(r"(answer|assessment|report|trail)\.[a-z]+(_[a-z]+)*")
    named = {
        node.value
        for path in ALONE
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name.fullmatch(node.value)
    }
    assert len(named) == 4
    assert named <= {str(one) for one in declared().values()}


@pytest.mark.parametrize("language", OwnLanguage.values)
def test_each_type_is_shown_in_words_on_the_page_of_the_trail(db, language):
    types = [one for one in declared().values() if one != ACTION_CHANGED]
    empty = '{"after":{},"before":{},"version":1}'
    events = [
        Event(
            pk=seq,
            seq=seq,
            action=one,
            subject_label=one.subject,
            subject_id="1",
            payload=empty,
        )
        for seq, one in enumerate(types, 1)
    ]
    with override(language):
        shown = {row.event.action: row.text for row in rows_of(events)}
        words = {one: str(one.sentence) for one in types}
    assert [one for one in types if words[one].lower() not in shown[one].lower()] == []
    assert len(set(shown.values())) > 120
    if language != "en":
        assert [one for one in types if words[one] == _english(one)] == []


def _english(one):
    with override("en"):
        return str(one.sentence)


@pytest.mark.parametrize("topic", Topic)
def test_filter_of_the_trail_finds_the_types_of_a_topic(topic):
    found = {one for one in declared().values() if one.topic == topic}
    assert found
    assert found <= {*event_types.those(topic=topic)}
