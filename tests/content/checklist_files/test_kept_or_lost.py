"""All that other formats hold beyond our fields is kept or listed as lost, never neither."""

import json
from datetime import date
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import Workbook

from compliance.content.checklist_files.writing import FORMATS
from compliance.templatetags.ui import law_day, long_law_day
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.catalogs import (
    ASVS_CSV,
    as_yaml,
    asked,
    make_asvs,
    make_library,
    make_mapping,
    make_pia,
    node,
)
from tests.content.foreign_formats.test_foreign import questions_of, sheet_of


def out(found):
    """All of a checklist as its YAML file has it, in one line."""
    return " ".join(FORMATS["yaml"].write(sheet_of(found)).decode().split())


def kept_notes(found):
    return {note.words: note.count for note in found.kept}


def test_structure_gives_out_what_it_said_it_keeps():
    pia = make_pia()
    section = pia["structure"]["data"]["sections"][0]
    section |= {"color": "mauve", "display_mode": "simple"}
    section["items"][0] |= {
        "link_knowledge_base": ["PIA_Y"],
        "evaluation_with_gauge": 7,
    }
    pia["structure"]["data"]["depth"] = "whole-depth"
    pia["answers"] = []
    found = read(json.dumps(pia).encode())
    assert {"color", "display_mode", "evaluation_with_gauge"} < kept_notes(found).keys()
    assert [note.words for note in found.lost] == ["answers is not part of a structure"]
    text = out(found)
    for kept in (
        "mauve",
        "simple",
        "PIA_Y",
        "with_gauge: 7",
        "whole-depth",
        "is_measure",
    ):
        assert kept in text
    intros = [part["intro"] for part in found.document["sections"]]
    assert intros == ["The whole.\n\nWhat it is.", ""]


def library(*nodes, **objects):
    made = make_library(**objects)
    made["objects"]["framework"]["requirement_nodes"] = list(nodes)
    return read(as_yaml(made), ".yaml")


def test_chapters_open_the_first_section_below_them():
    found = library(
        node("1", assessable=False, translations={"de": {"description": "Eins."}}),
        node("1.1", "1", assessable=False),
        node("1.1.1", "1.1"),
        node("1.2", "1", assessable=False),
        node("1.2.1", "1.2"),
        node("2", assessable=False, description="Nobody asks."),
    )
    first, second = found.document["sections"]
    assert first["intro"] == "What point 1 asks for.\n\nWhat point 1.1 asks for."
    german = first["translations"]["de"]["intro"]["text"]
    assert german == "Eins.\n\nWhat point 1.1 asks for."
    assert second["intro"] == "What point 1.2 asks for."
    assert "description of a chapter, without a section that could show it" in kept_notes(found)
    assert "Nobody asks." in out(found)


def test_library_brings_weights_numbers_and_lists():
    found = library(
        node("1", weight=5, questions=asked(1, "number")),
        node("2", weight=9, description="There is a policy:\n- approved\n- reviewed"),
    )
    one, number, two = questions_of(found)
    assert (one["weight"], number["weight"], two["weight"]) == (5, 5, 3)
    assert (number["kind"], number["number"]["at_least"]) == ("number", 0)
    assert two["text"] == "There is a policy:"
    assert two["good"] == ["approved", "reviewed"]
    assert two["extra"]["ciso"]["weight"] == 9
    said = kept_notes(found)
    assert "weight" not in said
    assert said["a weight that is not one of 1 to 5 is kept, and counts as 3"] == 1
    assert said["a number without unit and bounds: met from 0 on, until they are set"] == 1


def test_library_says_of_nothing_that_it_shows_that_no_field_matches_it():
    more = {"annotation": "Look.", "typical_evidence": "List", "weight": 2}
    asks = asked(1, "text", weight=3)
    shown = library(node("1", questions=asks, **more))
    one, own = questions_of(shown)
    assert (one["background"], one["evidence_hints"]) == ("Look.", ["List"])
    assert (one["weight"], own["weight"]) == (2, 3)
    assert kept_notes(shown).keys() == {"the description of the library"}
    chapter = library(node("1", assessable=False, **more), node("1.1", "1"))
    assert more.keys() < kept_notes(chapter).keys()


def test_library_that_names_no_language_is_asked_for_one():
    for locale, unsaid in (("fr", ()), ("", ("language",)), ("none", ("language",))):
        made = make_library() | {"locale": locale}
        assert read(as_yaml(made), ".yaml").unsaid == unsaid
    del made["locale"], made["version"]
    assert read(as_yaml(made), ".yaml").unsaid == ("number", "language")


def test_node_that_may_be_asked_or_not_is_refused():
    for value in ("yes", "true", 1):
        found = library(node("1"), node("2", assessable=value))
        [fault] = faults_of(found)
        assert fault.endswith("assessable must be true or false")
    assert len(questions_of(library(node("1"), node("2", assessable=None)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[DELETED, NOT ACTIONABLE] See 1.",
        "[GELÖSCHT, DUPLIKAT VON 12.4.1]",
        "[ELIMINADO, NO ACCIONABLE]",
        "[已删除, 与 4.1.3 重复]",
    ],
)
def test_deleted_requirement_is_not_asked_in_any_language(text):
    table = ASVS_CSV.decode().replace('"Check, two."', f'"{text}"')
    found = read(table.encode(), ".csv")
    assert [q["key"] for q in questions_of(found)] == ["V1.1.1", "V1.2.1"]
    assert kept_notes(found)["deleted requirements are kept, and not asked"] == 1
    assert text in out(found)


def test_requirement_that_begins_or_ends_with_a_bracket_is_asked():
    for text in ("[Level 2] Check it.", "Check it. [modified]", "[a] and [b]"):
        table = ASVS_CSV.decode().replace('"Check, two."', text)
        assert len(questions_of(read(table.encode(), ".csv"))) == 3


def test_mapping_set_is_kept_by_a_framework_and_else_lost():
    group = make_mapping() | {"name": "A bridge", "description": "From here to there."}
    found = read(as_yaml(make_library(requirement_mapping_sets=[group])), ".yaml")
    assert "description of a mapping set" in kept_notes(found)
    assert "From here to there." in out(found)
    alone = make_library(requirement_mapping_set=group)
    del alone["objects"]["framework"]
    words = [note.words for note in read(as_yaml(alone), ".yaml").lost]
    assert words == [f"{name} of a mapping set" for name in ("urn", "name", "description")]


def test_second_of_a_number_is_named():
    found = library(node("1"), node("1", urn="urn:x:2"))
    first, second = (q["key"] for q in questions_of(found))
    assert first.startswith("1-")
    assert second.startswith("1-")
    assert f"1 appears twice in the file: here it is called {second}" in kept_notes(found)
    asvs = make_asvs()
    leaves = asvs["Requirements"][0]["Items"][0]["Items"]
    leaves += [leaves[1], leaves[1] | {"Description": "[DELETED, MERGED TO 1]"}]
    found = read(json.dumps(asvs).encode())
    keys = [q["key"] for q in questions_of(found)]
    assert len(set(keys)) == 4
    assert {"V1.1.1", "V1.2.1"} < set(keys)
    words = f"V1.1.2 appears twice in the file: here it is called {keys[2]}"
    assert kept_notes(found)[words] == 1
    assert kept_notes(found)["deleted requirements are kept, and not asked"] == 1
    assert "[DELETED, MERGED TO 1]" in out(found)


def catalog_of(*controls, **group):
    """A catalog with an outer group of parameters, and an inner one with the controls."""
    inner = {"id": "in", "title": "Inner", "controls": list(controls)}
    outer = {"id": "out", "title": "Outer", "groups": [inner]} | group
    metadata = {"title": "C", "last-modified": "2026-01-02T00:00:00Z", "version": "1"}
    return {"catalog": {"uuid": "u", "metadata": metadata, "groups": [outer]}}


def control(cid, text="Keep it.", **more):
    parts = [{"name": "statement", "prose": text}]
    return {"id": cid, "title": f"Duty {cid}", "parts": parts} | more


def param(name, **more):
    return {"id": name, "label": f"label of {name}"} | more


WITHDRAWN = [{"name": "status", "value": "withdrawn"}]


def test_parameters_of_every_group_on_the_way_are_filled_in():
    def asks(name):
        return f"See {{{{ insert: param, {name} }}}}."

    deep = control("a.1.1", asks("mine"))
    child = control("a.1", asks("family"), controls=[deep])
    parent = control("a", asks("family"), params=[param("mine")], controls=[child])
    value = catalog_of(parent, params=[param("family")])
    found = read(json.dumps(value).encode())
    labels = ["family", "family", "mine"]
    texts = [q["text"] for q in questions_of(found)]
    assert texts == [f"See [label of {name}]." for name in labels]
    assert json.loads(FORMATS["oscal-json"].write(sheet_of(found))) == value


def test_live_enhancement_of_a_withdrawn_control_is_asked_and_goes_back_to_it():
    gone = control(
        "b",
        props=WITHDRAWN,
        params=[param("p")],
        controls=[
            control("b.1", props=WITHDRAWN, controls=[control("b.1.1")]),
            control("b.2", "In {{ insert: param, p }}."),
            control("b.3", props=WITHDRAWN),
        ],
    )
    value = catalog_of(control("a"), gone, control("c"))
    found = read(json.dumps(value).encode())
    assert [q["key"] for q in questions_of(found)] == ["a", "b.1.1", "b.2", "c"]
    assert questions_of(found)[2]["text"] == "In [label of p]."
    assert kept_notes(found)["withdrawn controls are kept, and not asked"] == 3
    assert json.loads(FORMATS["oscal-json"].write(sheet_of(found))) == value


def test_what_an_outer_group_says_opens_its_first_section():
    value = catalog_of(control("a"), parts=[{"name": "overview", "prose": "All of it."}])
    found = read(json.dumps(value).encode())
    assert found.document["sections"][0]["intro"] == "All of it."
    assert kept_notes(found)["parts of a group"] == 1
    assert json.loads(FORMATS["oscal-json"].write(sheet_of(found))) == value


def test_second_control_of_an_id_is_named():
    found = read(json.dumps(catalog_of(control("a"), control("a"))).encode())
    key = questions_of(found)[1]["key"]
    assert f"a appears twice in the file: here it is called {key}" in kept_notes(found)


def test_a_file_without_a_date_has_law_as_of_a_day_not_stated():
    edition = read(json.dumps(make_asvs()).encode()).document["edition"]
    shown = date.fromisoformat(edition["law_as_of"])
    assert law_day(shown) == long_law_day(shown) == "a day not stated"
    assert law_day(date(2026, 1, 2)) == "2 Jan 2026"
    with translation.override("de"):
        assert long_law_day(shown) == "nicht genannt"


def faults_of(found):
    assert found.document is None
    return [str(fault) for fault in found.faults]


def test_column_that_stands_twice_is_refused_since_one_would_be_lost():
    words = "the heading “text” stands twice; one of them would be lost"
    content = FORMATS["csv"].write(sheet_of(read(ASVS_CSV, ".csv"))).decode("utf-8-sig")
    assert read(content.encode(), ".csv").document
    twice = content.replace("\r\n", ",\r\n").replace(",\r\n", ",text\r\n", 1)
    assert faults_of(read(twice.encode(), ".csv")) == [f"line 1: {words}"]
    book, file = Workbook(), BytesIO()
    book.active.append(["record", "text", "mood", " text "])
    book.save(file)
    assert faults_of(read(file.getvalue())) == [f"Sheet!D1: {words}"]
    text = ASVS_CSV.decode()
    twice = text.replace(",L\r\n", ",L,req_id\r\n").encode()
    words = words.replace("text", "req_id")
    assert faults_of(read(twice, ".csv")) == [f"line 1: {words}"]


def test_row_of_a_foreign_table_that_is_wider_than_its_headings_is_refused():
    text = ASVS_CSV.decode().replace('"Check, two."', "Check, two.")
    words = "line 3: has 8 cells under 7 headings"
    assert faults_of(read(text.encode(), ".csv")) == [words]
    padded = ASVS_CSV.decode().replace("\r\n", ",,\r\n").encode()
    assert read(padded, ".csv").document == read(ASVS_CSV, ".csv").document
