"""Points that block publishing and points that only warn, over plain documents."""

import re

import pytest

from compliance.content.checklists import content
from compliance.content.legal_index.choices import CiteState
from compliance.content.legal_index.cited import Cited
from compliance.content.publishing import checking, ready
from tests.support.factories import make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    """A document in which everything stands right."""
    found = content.document(make_draft(questions=3))
    found["edition"]["release_notes"] = "One is new. Two are clearer."
    found["facts"][0] |= {"kind": "several"}
    found["sections"][0]["questions"][0]["rule"] = {"data": ["health"]}
    return found


def points(document, law=None):
    return [
        (item.place or item.where, item.is_blocking, item.text)
        for item in checking.items(document, law or {})
    ]


def first(document):
    return document["sections"][0]["questions"][0]


def test_nothing_is_open_when_all_stands_right(document):
    assert points(document) == []


def test_citations_must_resolve(document):
    first(document)["cites"] = ["A 1", "B 2", "C 3", "D 4"]
    law = {
        "A 1": Cited("A 1", CiteState.FOUND),
        "B 2": Cited("B 2", CiteState.GONE, successor="B 9"),
        "D 4": Cited("D 4", CiteState.LATER),
    }
    assert points(document, law) == [
        ("Q1", True, "B 2 is repealed. Cite B 9 instead."),
        ("Q1", True, "C 3 is not in the legal index."),
    ]


@pytest.mark.parametrize(
    ("notes", "blocks"),
    [("", True), ("  \n", True), ("One sentence only", False)],
)
def test_release_notes_are_two_sentences(document, notes, blocks):
    document["edition"]["release_notes"] = notes
    assert [row[:2] for row in points(document)] == [("head", blocks)]


def test_missing_guidance_warns(document):
    first(document).update(good=[], how_to_check="")
    assert points(document) == [("Q1", False, "There is no guidance.")]


def test_unused_fact_warns(document):
    first(document)["rule"] = None
    assert points(document) == [("facts", False, "The fact “Data” decides nothing.")]


def test_fact_is_used_by_a_date_and_by_roles(document):
    first(document).update(rule=None, applies_from=[{"date": "2027-01-01", "when": {"data": "health"}}])
    assert points(document) == []
    first(document).update(applies_from=[], binds=["health"])
    document["edition"].update(role_fact="data", roles={"health": "Health"})
    assert points(document) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"size": "big"}, "unknown fact 'size'"),
        ({"data": ["money"]}, "no choice 'money'"),
        ({"all": [{"data": "health"}, {"not": {"data": "health"}}]}, "makes it apply"),
    ],
)
def test_rule_must_be_readable_and_able_to_hold(document, rule, said):
    first(document)["rule"] = rule
    blocking = [text for _, is_blocking, text in points(document) if is_blocking]
    assert len(blocking) == 1
    assert said in blocking[0]


def test_choices_that_read_the_same_block(document):
    offered = [{"key": key, "label": "Partly"} for key in ("c0", "c1")]
    first(document).update(kind="choice", choices=offered)
    assert points(document) == [("Q1", True, "Two choices read “Partly”.")]


def test_one_of_two_choices_cannot_be_both(document):
    rule = {"all": [{"data": "health"}, {"data": "children"}]}
    first(document)["rule"] = rule
    assert points(document) == []
    document["facts"][0]["kind"] = "one"
    assert points(document)[0][:2] == ("Q1", True)


def test_fact_with_very_many_choices_is_not_counted_through(document):
    choices = [{"key": f"c{n}", "label": f"C{n}", "help": ""} for n in range(200)]
    document["facts"][0]["choices"] = choices
    first(document)["rule"] = {"all": [{"data": f"c{n}"} for n in range(5)]}
    assert points(document) == []


def test_same_text_twice_warns_at_the_second(document):
    rows = document["sections"][0]["questions"]
    rows[2]["text"] = rows[0]["text"].upper() + "  "
    assert points(document) == [("Q3", False, "It asks the same as Q1.")]


@pytest.mark.parametrize("change", [{"kind": "choice"}, {"kind": "number"}, {"binds": ["nobody"]}])
def test_kind_and_roles_must_fit(document, change):
    first(document).update(change)
    assert [row[:2] for row in points(document)] == [("Q1", True)]


def test_edition_that_asks_nothing_blocks(document):
    document["sections"][0]["questions"] = []
    found = [(place, blocks) for place, blocks, _ in points(document)]
    assert found == [("outline", True), ("outline", False), ("facts", False)]


def test_what_is_not_translated_is_worth_a_look(db):
    draft = make_draft(questions=2)
    assert [i for i in ready.items(draft) if i.where == "translations"] == []
    draft.translations = {"de": {"subject_label": {"text": "Name", "of": "0123456789"}}}
    draft.save()
    [item] = [i for i in ready.items(draft) if i.where == "translations"]
    assert not item.is_blocking
    assert re.fullmatch(r"German: \d+ texts not translated, 1 text older than the original\.", item.text)
