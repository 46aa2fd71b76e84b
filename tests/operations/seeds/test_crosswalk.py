"""The crosswalk and what is said about the content: checked, then kept as a whole."""

from copy import deepcopy

import pytest

from compliance.content.checklists import actions as checklists
from compliance.models import Checklist, Notice, Relation
from compliance.operations.seeds import actions
from compliance.operations.seeds.loader import BadSeeds
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import LIBRARY, Event
from compliance.proof.audit.refusals import RefusedError
from tests.operations.seeds.making import make_head, make_question, make_seeds, write

FILE = "crosswalk.yaml"


def make_pair(code="XW-001", **fields):
    return {
        "id": code,
        "a": {"checklist": "lists", "question": "T001"},
        "b": {"checklist": "shelves", "question": "U001"},
        "relation": "implements",
        "reason": "A list stands on a shelf.",
    } | fields


def make_two():
    """Seeds of two checklists with one pair, one source and one open point."""
    questions = [make_question("U001", binds=[]), make_question("U002", binds=[])]
    head = make_head() | {"key": "shelves", "title": "Shelves", "facts": []}
    del head["roles"], head["role_fact"]
    return make_seeds() | {
        "shelves/checklist.yaml": head,
        "shelves/01-first.yaml": {
            "key": "first",
            "title": "First",
            "questions": questions,
        },
        FILE: {
            "relations": {"implements": {"words": "A way to meet this", "back": "Met by this"}},
            "pairs": [make_pair()],
        },
        "about.yaml": {
            "sources": [{"title": "Texts", "text": "Free to reuse."}],
            "open_points": [
                {
                    "title": "Guideline",
                    "text": "Not final.",
                    "checked_on": "DAY:2026-11-24",
                    "url": "https://e.eu/look",
                }
            ],
        },
    }


def load(folder, files):
    return actions.load(by=None, folder=write(folder, files))


def faults(folder, files):
    with pytest.raises(BadSeeds) as bad:
        actions.read(write(folder, files))
    return [str(fault) for fault in bad.value.faults]


def newest():
    return Event.objects.order_by("seq").last()


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (
            {"relation": "likes"},
            "line 22: XW-002 relation: 'likes' is not in relations",
        ),
        (
            {"a": {"checklist": "boxes", "question": "T001"}},
            "line 17: XW-002 a checklist: 'boxes' is not a checklist here",
        ),
        (
            {"a": {"checklist": "lists", "question": "T009"}},
            "line 18: XW-002 a question: T009 is not a question of 'lists'",
        ),
        (
            {"b": {"checklist": "lists", "question": "T002"}},
            "line 15: XW-002: both ends are in one checklist; use related there",
        ),
        ({"id": "XW-001"}, "line 15: XW-001 id: appears twice"),
        (
            {"id": "one"},
            "line 15: one id: is not written as the format asks (^[A-Z]{1,4}-[0-9]{3,5}$)",
        ),
        ({"reason": " "}, "line 23: XW-002 reason: is empty"),
        (
            {"reason": "a\u202eb"},
            "line 23: XW-002 reason: Character 2 turns the writing direction. Remove it.",
        ),
        ({"reason": "x" * 301}, "line 23: XW-002 reason: has more than 300 characters"),
        (
            {
                "a": {"checklist": "shelves", "question": "U001"},
                "b": {"checklist": "lists", "question": "T001"},
            },
            "line 15: XW-002: XW-001 joins the same questions",
        ),
    ],
)
def test_spoiled_pair_is_named(tmp_path, pair, said):
    files = make_two()
    own = {"a": {"checklist": "lists", "question": "T002"}}
    files[FILE]["pairs"].append(make_pair("XW-002", **(own | pair)))
    assert faults(tmp_path, files) == [f"{FILE}, {said}"]


def test_relation_that_no_pair_uses_is_named(tmp_path):
    files = make_two()
    files[FILE]["relations"]["overlap"] = {"words": "Much the same"}
    assert faults(tmp_path, files) == [f"{FILE}, line 5: relations overlap: no pair uses this relation"]


def test_open_point_without_date_and_title_twice_are_named(tmp_path):
    files = make_two()
    points = files["about.yaml"]["open_points"]
    points.append(deepcopy(points[0]))
    assert faults(tmp_path / "a", files) == ["about.yaml, line 9: Guideline title: appears twice"]
    del points[1]["checked_on"]
    assert faults(tmp_path / "b", files) == ["about.yaml, line 9: Guideline: checked_on is missing"]


@pytest.mark.django_db
def test_crosswalk_and_notices_become_rows(tmp_path):
    load(tmp_path, make_two())
    row = Relation.objects.get()
    assert (row.code, row.a, row.b) == ("XW-001", "lists T001", "shelves U001")
    assert (row.words, row.back) == ("A way to meet this", "Met by this")
    assert list(Notice.objects.values_list("kind", "title", "url")) == [
        ("source", "Texts", ""),
        ("open", "Guideline", "https://e.eu/look"),
    ]
    actions_done = Event.objects.order_by("seq").values_list("action", flat=True)
    assert list(actions_done)[-2:] == ["crosswalk.set", "notices.set"]
    assert verification.verify(LIBRARY) is None


@pytest.mark.django_db
def test_words_hold_both_ways_unless_back_differs(tmp_path):
    files = make_two()
    del files[FILE]["relations"]["implements"]["back"]
    load(tmp_path, files)
    assert Relation.objects.get().back == "A way to meet this"


@pytest.mark.django_db
def test_second_load_changes_nothing(tmp_path):
    load(tmp_path, make_two())
    before = [list(t.objects.values()) for t in (Relation, Notice, Event)]
    load(tmp_path, make_two())
    assert [list(t.objects.values()) for t in (Relation, Notice, Event)] == before


@pytest.mark.django_db
def test_changed_crosswalk_takes_the_place_of_the_old_with_one_event(tmp_path):
    files = make_two()
    other = {"checklist": "shelves", "question": "U002"}
    files[FILE]["pairs"].append(make_pair("XW-002", b=other))
    load(tmp_path, files)
    count = Event.objects.count()
    pairs = files[FILE]["pairs"]
    pairs[0]["reason"] = "Lists need shelves."
    pairs[1]["id"] = "XW-003"
    load(tmp_path, files)
    assert Event.objects.count() == count + 1
    event = newest()
    before, after = trail.changes(event)
    assert (event.organisation_id, event.action) == (LIBRARY, "crosswalk.set")
    assert before["rows"]["XW-001"] == {"reason": "A list stands on a shelf."}
    assert before["rows"]["XW-002"]["b"] == "shelves U002"
    rows = {"XW-001": {"reason": "Lists need shelves."}}
    assert after == {"rows": rows, "added": ["XW-003"]}
    assert sorted(Relation.objects.values_list("code", "reason")) == [
        ("XW-001", "Lists need shelves."),
        ("XW-003", "A list stands on a shelf."),
    ]


@pytest.mark.django_db
def test_changed_notice_is_on_the_trail(tmp_path):
    files = make_two()
    load(tmp_path, files)
    files["about.yaml"]["open_points"][0]["checked_on"] = "DAY:2026-12-01"
    load(tmp_path, files)
    assert trail.changes(newest()) == (
        {"rows": {"open: Guideline": {"checked_on": "2026-11-24"}}},
        {"rows": {"open: Guideline": {"checked_on": "2026-12-01"}}, "added": []},
    )


@pytest.mark.django_db
def test_folder_without_crosswalk_leaves_it_as_it_is(tmp_path):
    load(tmp_path / "a", make_two())
    files = make_two()
    del files[FILE], files["about.yaml"]
    load(tmp_path / "b", files)
    assert (Relation.objects.count(), Notice.objects.count()) == (1, 2)


@pytest.mark.django_db
def test_pair_of_an_unknown_checklist_is_refused_and_keeps_the_old(tmp_path):
    load(tmp_path, make_two())
    pairs = [{"a_checklist": "boxes", "b_checklist": "lists"}]
    before = list(Relation.objects.values()), Event.objects.count()
    with pytest.raises(RefusedError) as refused:
        checklists.store_relations(by=None, pairs=pairs)
    assert str(refused.value) == "boxes is not a checklist of the library"
    assert (list(Relation.objects.values()), Event.objects.count()) == before
    assert Checklist.objects.count() == 2
