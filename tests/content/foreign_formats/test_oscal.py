"""The OSCAL that we write keeps the rules of OSCAL."""

import copy
import json
import re
from dataclasses import replace

import pytest
import yaml

from compliance.assurance.bundles import oscal_results
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.foreign_formats.oscal.names import FORMER, NAMESPACE, token
from compliance.content.formats.findings import Sheet
from tests.assurance.bundles.report_data import make_record
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.oscal import TOKEN, faults, walk
from tests.reporting.reports.papers import HOSTILE, make_content, make_line, make_proof
from tests.support.documents import document, question

ODD = [*HOSTILE, "\u2028x", " a\nb ", "\u2029", "\u00aa \u00b2 \u0663"]


def written(**fields):
    return json.loads(oscal_results.written(make_record(**fields)))


def catalog(sheet):
    return json.loads(FORMATS["oscal-json"].write(sheet))


def sheet_of(*questions, **fields):
    return Sheet("Duties", "", "privacy", document(list(questions), **fields))


def test_results_of_every_kind_of_answer_keep_the_rules():
    assert faults(written()) == []


@pytest.mark.parametrize("text", ODD)
def test_results_of_hostile_text_keep_the_rules(text):
    proof = make_proof(title=text, url="https://пример.eu/ü?ä=1", sha256="")
    line = make_line(text[:20], title=text, text=text, note=text, proofs=(proof,))
    content = make_content([line], [proof], organisation=f" Acme {text}")
    assert faults(written(content=content)) == []


def test_results_without_questions_have_no_empty_list():
    bare = replace(make_content(), sections=())
    [result] = written(content=bare)["assessment-results"]["results"]
    assert {"findings", "observations"}.isdisjoint(result)
    assert faults(written(content=bare)) == []


def test_results_say_how_each_answer_was_found():
    lines = [
        make_line("Q1", proofs=(make_proof(),)),
        make_line("Q2"),
        make_line("Q3", verdict="unanswered"),
        make_line("Q4", applies=False),
    ]
    made = written(content=make_content(lines))["assessment-results"]
    methods = [one["methods"] for one in made["results"][0]["observations"]]
    assert methods == [["EXAMINE"], ["INTERVIEW"], ["UNKNOWN"], ["UNKNOWN"]]


@pytest.mark.parametrize("seed", range(4))
def test_catalog_keeps_the_rules(seed):
    assert faults(catalog(make_sheet(seed))) == []


@pytest.mark.parametrize("text", ODD)
def test_catalog_of_hostile_text_keeps_the_rules(text):
    asked = question("Q1", title=f"T {text}", text=f"T {text}", how_to_check=text)
    sheet = sheet_of(asked, question("A-1(2)"), question("1.2"))
    made = catalog(sheet)
    assert faults(made) == []
    as_yaml = yaml.safe_load(FORMATS["oscal-yaml"].write(sheet))
    assert as_yaml == made


@pytest.mark.parametrize("key", ["Q1", "A-1(2)", "1.2", "9"])
def test_finding_names_the_control_of_the_catalog(key):
    controls = [
        one["id"]
        for group in catalog(sheet_of(question(key)))["catalog"]["groups"]
        for one in group["controls"]
    ]
    made = written(content=make_content([make_line(key)]))["assessment-results"]
    [finding] = made["results"][0]["findings"]
    assert [finding["target"]["target-id"]] == controls == [token(key)]


@pytest.mark.parametrize("key", ["1.2.3", "A 1", "a/b", "ключ", " 4", "_x"])
def test_key_becomes_a_token_of_its_own(key):
    assert re.fullmatch(TOKEN, token(key))
    assert token(key) != token(key + "'")


@pytest.mark.parametrize("former", sorted(FORMER))
@pytest.mark.parametrize("seed", range(2))
def test_catalog_written_under_a_former_name_comes_back(seed, former):
    sheet = make_sheet(seed)
    content = FORMATS["oscal-json"].write(sheet)
    found = read(content.replace(NAMESPACE.encode(), former.encode()), "")
    assert found.faults == ()
    assert Sheet(found.title, found.summary, found.theme, found.document) == sheet


def first(name):
    """Something that takes the first mapping with a field of that name."""
    return lambda made: next(one for one in walk(made) if name in one)


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [
        ("ns", "ns", "urn:attest:assessment"),
        ("uuid", "uuid", "00000000-0000-1000-8000-000000000000"),
        ("last-modified", "last-modified", "2026-01-01T00:00:00"),
        ("target-id", "target-id", "1.2"),
        ("target-id", "target-id", "ключ"),
        ("value", "value", ""),
        ("value", "value", "a\u2028b"),
        ("type", "name", " Acme"),
        ("findings", "findings", []),
        ("methods", "methods", ["ASKED"]),
        ("rlinks", "rlinks", [{"href": "https://пример.eu/"}]),
        ("import-ap", "import-ap", {"href": "#nothing"}),
        ("metadata", "more", "x"),
    ],
)
def test_rules_find_what_breaks_them(of, name, value):
    made = written()
    broken = copy.deepcopy(made)
    first(of)(broken)[name] = value
    assert faults(made) == []
    assert len(faults(broken)) >= 1


@pytest.mark.parametrize("name", ["title", "oscal-version", "last-modified"])
def test_rules_find_what_is_missing(name):
    broken = written()
    del broken["assessment-results"]["metadata"][name]
    assert faults(broken) == [f"assessment-results/metadata: no {name}"]
