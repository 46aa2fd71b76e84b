"""Files of others come in complete: what is asked, and what stays beside it."""

import json
from collections import Counter
from functools import cache

import pytest

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.foreign_formats.oscal import xml
from compliance.content.foreign_formats.oscal.control import derived
from compliance.content.foreign_formats.oscal.names import NAMESPACE
from compliance.content.formats.findings import Sheet, from_plain
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.catalogs import (
    ASVS_CSV,
    URN,
    all_controls,
    as_yaml,
    make_asvs,
    make_catalog,
    make_library,
    make_mapping,
    make_pia,
    node,
)
from tests.content.foreign_formats.catalogs import asked as question_asked
from tests.content.foreign_formats.varied import WITHDRAWN, as_xml

FORMS = ("json", "yaml", "xml")


def file_of(catalog, form):
    if form == "json":
        return json.dumps(catalog).encode()
    return as_yaml(catalog) if form == "yaml" else as_xml(catalog["catalog"])


def questions_of(found):
    return [q for section in found.document["sections"] for q in section["questions"]]


def sheet_of(found):
    return Sheet(found.title, found.summary, found.theme, found.document)


def flat(value, path=()):
    """Every text of a value with its path, blanks as one."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from flat(part, (*path, name))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from flat(part, (*path, at))
    else:
        yield path, " ".join(str(value).split())


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "xml", pytest.param("yaml", marks=pytest.mark.long)])
def test_catalog_of_a_thousand_controls_comes_in_complete(form):
    catalog = make_catalog()
    controls = list(all_controls(catalog["catalog"]))
    found = read(file_of(catalog, form), f".{form}")
    asked = questions_of(found)
    assert len(controls) > 1000
    assert found.faults == found.lost == ()
    withdrawn = [c for c in controls if WITHDRAWN in c["props"]]
    assert len(withdrawn) > 40
    assert [q["extra"]["oscal"]["id"] for q in asked] == [c["id"] for c in controls if c not in withdrawn]
    assert len(found.document["sections"]) == 21
    assert found.document["sections"][1]["title"] == "Group of 1 / Family 1"
    assert found.document["sections"][0]["intro"] == "What family 0 is about."
    kept = {note.words: note.count for note in found.kept}
    for name in ("parts", "params", "props", "links"):
        expected = sum(1 for c in controls if c not in withdrawn and c.get(name))
        assert kept[f"{name} of a control"] == expected
    assert kept["withdrawn controls are kept, and not asked"] == len(withdrawn)
    texts = " ".join(q["text"] + " ".join(q["good"]) for q in asked)
    assert "For [whom family 0 binds] and [for all]." in texts
    assert "For [whom family 1 binds] and [for all]." in texts
    assert "[once, [how often]; [whom family 1 binds]]" in texts
    assert "insert: param" not in texts


def test_control_becomes_a_question_with_its_parameters_in_place():
    found = read(file_of(make_catalog(1, 5), "json"))
    first, inner = questions_of(found)[0], questions_of(found)[-1]
    assert first["text"].endswith("each quarter. [how often]")
    assert first["good"] == [
        "a. Keep a, [all; some of them];",
        "1. and the first of a.",
        "b. Keep b, [all; some of them];",
        "1. and the first of b.",
    ]
    assert first["background"] == "Begin with what is known."
    assert first["how_to_check"] == "OBJ-a The list is there;"
    assert first["evidence_hints"] == ["List", "Minutes", "Log"]
    assert (first["kind"], first["weight"], first["cites"]) == ("verdict", 3, [])
    assert (inner["key"], inner["extra"]["oscal_in"]) == ("f0-5.2", "f0-5")


def statements_of(one):
    return [part for part in one.get("parts", []) if part["name"] == "statement"]


def of_items_alone(catalog):
    """The catalog, with nothing in a statement but its items."""
    for one in all_controls(catalog["catalog"]):
        for part in statements_of(one):
            part.pop("prose", None)
    return catalog


def words_of(parts):
    for part in parts:
        yield part.get("prose", "")
        yield from words_of(part.get("parts", []))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (None, "[at the level of the [office]; by law]"),
        (["by law"], "[by law]"),
        (
            ["at the level of the {{ insert: param, p2 }}"],
            "[at the level of the [office]]",
        ),
        (["{{ insert: param, p1 }}"], "[[[[p1]]]]"),
    ],
)
def test_value_that_a_profile_set_stands_before_what_it_chose_from(values, said):
    level = "at the level of the {{ insert: param, p2 }}"
    chosen = {"id": "p1", "select": {"choice": [level, "by law"]}}
    params = [
        chosen | ({"values": values} if values else {}),
        {"id": "p2", "label": "office"},
    ]
    prose = "Write a policy {{ insert: param, p1 }}."
    control = {
        "id": "ac-1",
        "title": "Policy",
        "params": params,
        "parts": [{"name": "statement", "prose": prose}],
    }
    assert f"Write a policy {said}." in derived(control, {})["text"]


def test_statement_of_items_alone_asks_their_words():
    first = questions_of(read(file_of(of_items_alone(make_catalog(1, 3)), "json")))[0]
    assert first["text"] == ("a. Keep a, [all; some of them]; … b. Keep b, [all; some of them]; …")
    assert first["good"] == ["a. 1. and the first of a.", "b. 1. and the first of b."]


def test_item_without_words_lends_its_label_to_those_within():
    catalog = of_items_alone(make_catalog(1, 3))
    control = catalog["catalog"]["groups"][0]["controls"][0]
    a, b = control["parts"][0]["parts"]
    del a["prose"], b["parts"]
    question = questions_of(read(file_of(catalog, "json")))[0]
    assert question["text"] == "a. 1. and the first of a. b. Keep b, [all; some of them];"
    assert question["good"] == []


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "xml"])
def test_no_question_of_a_thousand_asks_its_title_again(form):
    catalog = of_items_alone(make_catalog())
    found = read(file_of(catalog, form), f".{form}")
    controls = {c["id"]: c for c in all_controls(catalog["catalog"])}
    asked = questions_of(found)
    assert len(asked) > 900
    of_items = 0
    for question in asked:
        statements = statements_of(controls[question["extra"]["oscal"]["id"]])
        words = list(filter(None, words_of(statements)))
        said = " ".join([question["text"], *question["good"]])
        for one in words:
            assert said.count(one.partition("{{")[0].strip()) == 1
        if words:
            assert question["text"] != question["title"]
            of_items += 1
    assert of_items > 800
    written = FORMATS[f"oscal-{form}"].write(sheet_of(found))
    value = xml.read(written) if form == "xml" else json.loads(written)
    assert Counter(flat(value)) == Counter(flat(catalog))


@cache
def found_in(form):
    """A catalog of 220 controls, read from a file of that form."""
    return read(file_of(make_catalog(4, 55), form), f".{form}")


@pytest.mark.slow
@pytest.mark.parametrize("way", FORMS)
@pytest.mark.parametrize("form", FORMS)
def test_catalog_loses_nothing_on_its_way_through(form, way):
    catalog = make_catalog(4, 55)
    found = found_in(form)
    written = FORMATS[f"oscal-{way}"].write(sheet_of(found))
    assert read(written, f".{way}").document is not None
    value = xml.read(written) if way == "xml" else json.loads(FORMATS["oscal-json"].write(sheet_of(found)))
    assert Counter(flat(value)) == Counter(flat(catalog))


@pytest.mark.parametrize("form", FORMS)
def test_catalog_written_and_read_again_is_the_same(form):
    found = read(file_of(make_catalog(3, 12), "json"))
    written = FORMATS[f"oscal-{form}"].write(sheet_of(found))
    again = read(written, f".{form}")
    assert FORMATS[f"oscal-{form}"].write(sheet_of(again)) == written
    assert questions_of(again) == questions_of(found)


def test_catalog_stays_whole_in_our_own_format():
    found = read(file_of(make_catalog(3, 12), "json"))
    again = read(FORMATS["yaml"].write(sheet_of(found)), ".yaml")
    assert sheet_of(again) == sheet_of(found)


def test_changed_question_of_a_catalog_goes_out_with_its_new_words():
    found = read(file_of(make_catalog(1, 2), "json"))
    question = found.document["sections"][0]["questions"][0]
    question |= {"title": "New title", "text": "Is it new?", "weight": 5}
    content = FORMATS["oscal-json"].write(sheet_of(found))
    control = json.loads(content)["catalog"]["groups"][0]["controls"][0]
    assert control["title"] == "New title"
    assert control["parts"][0]["prose"] == "Is it new?"
    again = questions_of(read(content))[0]
    assert {n: again[n] for n in ("title", "text", "weight")} == {
        "title": "New title",
        "text": "Is it new?",
        "weight": 5,
    }


def test_catalog_that_was_bent_by_hand_still_goes_out():
    found = read(file_of(make_catalog(1, 2), "json"))
    found.document["edition"]["extra"]["oscal"]["groups"] = [1, "x"]
    content = FORMATS["oscal-json"].write(sheet_of(found))
    assert len(list(all_controls(json.loads(content)["catalog"]))) == 2


def test_resolved_catalog_without_groups_is_one_section():
    catalog = make_catalog(1, 3)["catalog"]
    catalog["controls"] = catalog.pop("groups")[0]["controls"]
    found = read(json.dumps({"catalog": catalog}).encode())
    assert [s["title"] for s in found.document["sections"]] == ["A catalog of duties"]
    assert json.loads(FORMATS["oscal-json"].write(sheet_of(found)))["catalog"].keys() == (catalog.keys())


def test_xml_markup_is_read_as_markdown():
    content = (
        b'<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="u"><metadata>'
        b"<title>A <em>fine</em> list</title><last-modified>2026-01-01T00:00:00Z"
        b"</last-modified><version>1</version></metadata><control id='a'><title>T</title>"
        b"<part name='statement'><p>Keep <strong>all</strong><br/>of\n  it &amp; "
        b"<a href='#x'>more</a></p></part><part name='assessment-objective'><p>One</p>"
        b"<ul><li>two</li><li>three<ol><li>four</li></ol></li></ul><table><tr><td>a</td>"
        b"<td>b</td></tr></table></part></control></catalog>"
    )
    found = read(content)
    [question] = questions_of(found)
    assert found.title == "A fine list"
    assert question["text"] == "Keep all of it & more"
    assert question["how_to_check"] == "One\n\n- two\n- three\n1. four\n\n| | |\n| --- | --- |\n| a | b |"


def test_library_comes_in_complete():
    found = read(as_yaml(make_library()), ".yaml")
    assert found.faults == found.lost == ()
    backgrounds = [one.get("background") for one in questions_of(found)]
    assert "Look at the list." in backgrounds
    sections = found.document["sections"]
    assert [(s["title"], len(s["questions"])) for s in sections] == [
        ("1 Point 1 / 1.1 Point 1.1", 5),
        ("2 Point 2", 3),
    ]
    asked = questions_of(found)
    assert [(q["key"], q["kind"], len(q["choices"])) for q in asked] == [
        ("1.1.1", "verdict", 0),
        ("1.1.1.1", "choice", 3),
        ("1.1.1.2", "choices", 3),
        ("1.1.1.3", "text", 0),
        ("1.1.2", "verdict", 0),
        ("2.1", "verdict", 0),
        ("2.1.4", "date", 0),
        ("2.1.5", "number", 0),
    ]
    assert asked[0]["evidence_hints"] == ["List", "Log"]
    assert [c["verdict"] for c in asked[1]["choices"]] == ["met", "not_met", ""]
    assert found.document["edition"]["number"] == "3"
    assert found.document["edition"]["law_as_of"] == "2026-02-03"


def test_library_keeps_translations_scores_and_what_depends():
    found = read(as_yaml(make_library()), ".yaml")
    asked = {q["key"]: q["extra"]["ciso"] for q in questions_of(found)}
    assert asked["1.1.1"]["translations"]["de"]["name"] == "Punkt"
    assert asked["1.1.1.3"]["translations"]["de"]["text"] == "Ist es getan?"
    assert asked["1.1.1.3"]["depends_on"]["condition"] == "any"
    assert asked["1.1.1.1"]["choices"][0]["add_score"] == 10
    kept = found.document["edition"]["extra"]["ciso"]
    assert kept["framework"]["max_score"] == 5
    assert kept["nodes"][1]["translations"]["de"]["name"] == "Teil"
    notes = [str(note) for note in found.kept]
    assert any("a number without unit and bounds" in words for words in notes)
    assert any(words.startswith("line ") for words in notes)


def test_library_of_many_questions_counts_what_is_not_acted_on():
    library = make_library()
    nodes = library["objects"]["framework"]["requirement_nodes"]
    choices = {"select_implementation_groups": ["B"], "add_score": 0}
    for number in range(10, 310):
        first = {f"{URN}:question:made:{number}": {"type": "unique_choice"}}
        first[f"{URN}:question:made:{number}"] |= {
            "text": f"Is {number} there?",
            "choices": [choices | {"value": word} for word in ("Yes", "No")],
        }
        depends = {"question": next(iter(first)), "answers": [], "condition": "any"}
        second = {f"{URN}:question:made:{number}b": {"type": "text"}}
        second[f"{URN}:question:made:{number}b"] |= {
            "text": f"Where is {number}?",
            "depends_on": depends,
        }
        nodes.append(node(f"2.{number}", "2", questions=first | second))
    found = read(as_yaml(library), ".yaml")
    assert found.faults == found.lost == ()
    assert {note.words: note.count for note in found.idle} == {
        "a question that depends on another answer is always asked": 301,
        "a requirement of some groups is asked of everybody": 1,
        "an answer that chooses groups chooses none": 600,
        "the score of an answer is not added up": 2,
    }
    which = {note.words.partition(" that")[0]: note for note in found.idle}
    depends = which["a question"]
    assert depends.which[:2] == (
        "1.1.1.3: there only if 1.1.1.1 is “Yes”",
        "2.10.10b: there only if 2.10.10 is answered",
    )
    assert (len(depends.which), depends.unnamed) == (200, 101)
    choosing = which["an answer"].which[:2]
    assert choosing == ("2.10.10, “Yes”: Basic", "2.10.10, “No”: Basic")
    [groups, scores] = [note.which for note in found.idle if " that " not in str(note)]
    assert groups == ("1.1.1: Basic",)
    assert scores == ("1.1.1.1, “Yes”: 10", "1.1.1.2, “Yes”: 10")
    assert from_plain(json.loads(json.dumps(found.plain()))) == found
    assert not {"depends_on", "add_score"} & {note.words for note in found.kept}
    asked = {q["title"]: q["extra"]["ciso"] for q in questions_of(found)}
    assert asked["Where is 309?"]["depends_on"]["condition"] == "any"
    assert asked["Is 309 there?"]["choices"][0]["select_implementation_groups"] == ["B"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("1.1.1.1", "2.1.4"),
        ({}, "2.1.4"),
        ({"question": f"{URN}:question:gone", "answers": "x"}, None),
        ({"question": [], "answers": [1]}, "2.1.4"),
        (
            {
                "question": f"{URN}:QUESTION:made:2",
                "answers": [f"{URN}:question:made:2:choice:1", "?"],
                "condition": "all",
            },
            "2.1.4: there only if 1.1.1.2 is “Yes” and “?”",
        ),
    ],
)
def test_condition_of_a_library_is_noted_in_any_form(rule, said):
    library = make_library()
    nodes = library["objects"]["framework"]["requirement_nodes"]
    nodes[-1]["questions"] = question_asked(4, "date", depends_on=rule)
    notes = read(as_yaml(library), ".yaml").idle
    which = [one for note in notes for one in note.which if one.startswith("2.1.4")]
    gone = f"2.1.4: there only if {URN}:question:gone is answered"
    assert which == ([] if rule == {} else [said or gone])


def test_library_brings_its_translations():
    library = make_library()
    nodes = library["objects"]["framework"]["requirement_nodes"]
    nodes[4]["translations"] = {"de": {"name": "Zwei", "mood": "gut"}, "en": {}, "?": 1}
    found = read(as_yaml(library), ".yaml")
    assert found.faults == found.lost == ()
    edition, sections = found.document["edition"], found.document["sections"]
    assert edition["translations"]["de"]["title"]["text"] == "Ein Rahmen"
    titles = [s["translations"]["de"]["title"]["text"] for s in sections]
    assert titles == ["1 Point 1 / 1.1 Teil", "2 Zwei"]
    asked = {q["key"]: q.get("translations", {}) for q in questions_of(found)}
    said = {k: {n: t["text"] for n, t in f["de"].items()} for k, f in asked.items() if f}
    assert said == {
        "1.1.1": {"title": "1.1.1 Punkt", "text": "Was er fragt."},
        "1.1.1.1": {"choice.yes.label": "Ja"},
        "1.1.1.2": {"choice.yes.label": "Ja"},
        "1.1.1.3": {"title": "Ist es getan?", "text": "Ist es getan?"},
    }
    notes = [note.words for note in found.kept if "translations" in note.words]
    assert notes == [
        "translations of mood",
        "translations into en",
        "translations into ?",
    ]


def test_library_in_another_language_says_so():
    library = make_library() | {"locale": "fr"}
    assert read(as_yaml(library), ".yaml").document["edition"]["language"] == "fr"


def test_library_of_relations_only_has_no_checklist():
    library = make_library(requirement_mapping_sets=[make_mapping()])
    del library["objects"]["framework"]
    found = read(as_yaml(library), ".yaml")
    assert (found.document, found.faults) == (None, ())
    [pair] = found.pairs
    assert (pair["a_checklist"], pair["b_checklist"]) == ("made", "other")
    assert pair["reason"] == "semantic; strength 7"


def test_pia_structure_comes_in_complete():
    found = read(json.dumps(make_pia()).encode())
    assert (found.faults, found.title) == ((), "Own structure")
    assert [(s["title"], len(s["questions"])) for s in found.document["sections"]] == [
        ("Context / Overview", 2),
        ("Context / Measures", 1),
    ]
    first = questions_of(found)[0]
    assert (first["text"], first["kind"]) == ("Who decides ?", "text")
    assert (first["background"], first.get("how_to_check", "")) == ("Name them.", "")
    assert first["extra"]["cnil"]["answer_type"] == "text"


def test_pia_item_without_questions_says_its_help_once():
    structure = make_pia()
    measures = structure["structure"]["data"]["sections"][0]["items"][1]
    measures["short_help"] = "Say how."
    found = read(json.dumps(structure).encode())
    section = found.document["sections"][1]
    assert section.get("intro", "") == ""
    assert section["questions"][0]["background"] == "Say how."


def test_asvs_comes_in_complete():
    found = read(json.dumps(make_asvs()).encode())
    assert found.faults == ()
    assert [(s["title"], len(s["questions"])) for s in found.document["sections"]] == [
        ("V1 Design / V1.1 First", 2),
        ("V1 Design / V1.2 Second", 1),
    ]
    assert questions_of(found)[1]["extra"]["asvs"] == {
        "id": "V1.1.2",
        "L": "2",
        "CWE": [20],
    }
    assert [str(note) for note in found.lost] == [
        "the file: says no date, so “law as of” is not stated (2000-01-01 in files)"
    ]


@pytest.mark.parametrize("form", FORMS)
def test_source_that_reads_as_the_id_of_its_control_comes_back(form):
    found = read(json.dumps(make_asvs()).encode())
    assert [q["source"] for q in questions_of(found)] == ["V1.1.1", "V1.1.2", "V1.2.1"]
    again = read(FORMATS[f"oscal-{form}"].write(sheet_of(found)), f".{form}")
    assert sheet_of(again) == sheet_of(found)


@pytest.mark.parametrize(
    ("place", "data"),
    [
        ("metadata", {"head": "x"}),
        ("metadata", {"edition": [1]}),
        ("metadata", {"extra": 3, "is_kept": True}),
        ("control", {"fields": 5}),
        ("control", {"extra": "x", "is_kept": True}),
    ],
)
def test_data_of_ours_that_was_bent_by_hand_is_a_property_like_others(place, data):
    catalog = make_catalog(1, 1)
    holder = catalog["catalog"]["metadata"]
    if place == "control":
        [holder] = catalog["catalog"]["groups"][0]["controls"]
    holder["props"].append({"name": "data", "ns": NAMESPACE, "value": json.dumps(data)})
    found = read(file_of(catalog, "json"))
    assert found.faults == ()
    written = FORMATS["oscal-json"].write(sheet_of(found))
    assert Counter(flat(json.loads(written))) == Counter(flat(catalog))


def test_csv_as_excel_saves_unicode_text_comes_in():
    table = ASVS_CSV.decode("utf-8-sig")
    assert read(table.encode("utf-16"), ".csv") == read(ASVS_CSV, ".csv")
    [fault] = read(table.replace("Check one", "Prüfe").encode("cp1252"), ".csv").faults
    assert "save the file as UTF-8" in str(fault)


def test_asvs_under_its_earlier_headings_comes_in_complete():
    row = {"Section": "V1", "Name": "Diseño", "L1": "", "L2": "X", "CWE": "1053"}
    rows = [
        row | {"Item": "V1.1.1", "Description": "Verifique uno."},
        row | {"Item": "V1.1.2", "Description": "[ELIMINADO, NO ACCIONABLE]"},
        row | {"Section": "V2", "Name": "", "Item": "V2.1.1", "Description": "Dos."},
    ]
    found = read(json.dumps({"requirements": rows}).encode())
    assert found.faults == ()
    sections = found.document["sections"]
    assert [(s["key"], s["title"]) for s in sections] == [
        ("v1", "V1 Diseño"),
        ("v2", "V2"),
    ]
    first, second = questions_of(found)
    assert (first["key"], first["source"], first["text"]) == (
        "V1.1.1",
        "V1.1.1",
        "Verifique uno.",
    )
    assert first["extra"]["asvs"] == {"id": "V1.1.1", "L2": "X", "CWE": "1053"}
    assert second["text"] == "Dos."


def test_asvs_csv_comes_in_complete():
    found = read(ASVS_CSV, ".csv")
    assert found.faults == ()
    assert [len(s["questions"]) for s in found.document["sections"]] == [2, 1]
    assert [q["text"] for q in questions_of(found)] == [
        "Check one.",
        "Check, two.",
        "=Check three.",
    ]


def test_unknown_fields_of_our_own_format_are_kept_and_noted():
    content = FORMATS["yaml"].write(sheet_of(read(file_of(make_catalog(1, 1), "json"))))
    text = content.decode() + "colour: red\n"
    text = text.replace("    text: ", "    mood: good\n    text: ", 1)
    text = text.replace("subject:\n", "subject:\n  size: 3\n", 1)
    found = read(text.encode(), ".yaml")
    assert found.faults == ()
    assert found.document["edition"]["extra"]["colour"] == "red"
    assert questions_of(found)[0]["extra"]["mood"] == "good"
    assert [str(n).partition(": ")[2] for n in (*found.kept, *found.lost)] == [
        "'colour' is not known here",
        "'mood' is not known here",
        "'size' is not known here and cannot be kept",
    ]
