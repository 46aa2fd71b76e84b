"""Files that mean well come in whole, and each word of them is shown or kept."""

import copy
import json

import pytest
import yaml

from compliance.content.checklist_files import actions
from compliance.content.checklist_files.actions import Wish
from compliance.content.formats import csv_file
from compliance.content.formats.escapes import is_typed
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.catalogs import (
    as_yaml,
    make_catalog,
    make_library,
    make_mapping,
)
from tests.content.foreign_formats.laws import law

LONG = "A name of a duty that goes on for much longer than a title of sixty has room"
UNSEEN = (
    "\ufeff",
    "\u200b",
    "\u200d\u2060",
    "\u00ad",
    "\u202e",
    "\U000e0041",
    "\ufe0f",
)


def asked(found):
    return [q for section in found.document["sections"] for q in section["questions"]]


def library_of(**fields):
    made = law(1, 1)
    made["objects"]["framework"]["requirement_nodes"][1] |= fields
    return read(as_yaml(made), ".yaml")


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("sign", "=+-@")
def test_formula_behind_signs_that_nobody_sees_is_guarded(unseen, sign):
    text = f"{unseen}{sign}1+1"
    assert csv_file.guarded(text) == f"'{text}"
    assert csv_file.unguarded(csv_file.guarded(text)) == text
    assert is_typed(text)


def test_text_behind_signs_that_nobody_sees_stays():
    assert csv_file.guarded("\ufeffwords = words") == "\ufeffwords = words"
    assert not is_typed("\u200bwords")


def test_name_too_long_for_a_title_is_asked_in_full():
    [requirement, *_] = asked(library_of(name=LONG, description="Do it."))
    assert requirement["title"].endswith("…")
    assert LONG.startswith(requirement["title"].removesuffix("…") + " ")
    assert requirement["text"] == f"{LONG}: Do it."


def test_question_without_words_has_those_of_its_requirement():
    question = {"type": "text", "text": ""}
    found = library_of(description="Do it.", questions={"urn:x:q:1": question})
    assert [q["text"] for q in asked(found)] == ["Do it.", "Do it."]
    words = "a question without a text takes that of its requirement"
    assert words in {note.words for note in found.kept}


def test_yaml_with_aliases_of_equal_lists_is_read():
    choices = [{"value": "Yes"}, {"value": "No"}]
    made = law(2, 2)
    for node in made["objects"]["framework"]["requirement_nodes"]:
        for question in (node.get("questions") or {}).values():
            question["choices"] = choices
    aliased = yaml.safe_dump(made).encode()
    assert b"*id0" in aliased
    plain = read(json.dumps(copy.deepcopy(made), default=str).encode(), ".json")
    assert plain.faults == ()
    found = {q["key"]: q for q in asked(read(aliased, ".yaml"))}
    assert found == {q["key"]: q for q in asked(plain)}


def test_much_that_is_kept_beside_an_edition_comes_in():
    catalog = make_catalog(1, 2)
    catalog["catalog"]["back-matter"] = {"resources": [{"title": "x" * 1_200_000}]}
    found = read(json.dumps(catalog).encode(), ".json")
    assert found.faults == ()
    kept = found.document["edition"]["extra"]["oscal"]["rest"]["back-matter"]
    assert kept == catalog["catalog"]["back-matter"]


def test_guidance_in_parts_below_is_shown():
    catalog = make_catalog(1, 1)
    group = catalog["catalog"]["groups"][0]
    while "controls" not in group:
        group = group["groups"][0]
    group["controls"][0]["parts"] = [
        {"name": "statement", "prose": "Do it."},
        {"name": "overview", "prose": "Why it is done."},
        {
            "name": "guidance",
            "parts": [{"name": "item", "prose": "How it is done, as [AU-2](#au-2) says."}],
        },
    ]
    first = asked(read(json.dumps(catalog).encode(), ".json"))[0]
    assert first["good"] == []
    assert first["background"] == "Why it is done.\n\nHow it is done, as AU-2 says."


def test_property_of_an_odd_namespace_is_no_fault_of_ours():
    catalog = make_catalog(1, 1)
    catalog["catalog"]["metadata"]["props"] = [{"name": "x", "ns": {"a": 1}}]
    assert read(json.dumps(catalog).encode(), ".json").faults == ()


@pytest.mark.django_db
def test_relations_of_checklists_that_are_not_here_name_both():
    made = make_library(requirement_mapping_set=make_mapping())
    del made["objects"]["framework"]
    coming = actions.preview(read(as_yaml(made), ".yaml"), Wish())
    [fault] = coming.faults
    assert "made and other" in fault.words
    assert "no pair has both questions here" in fault.words
