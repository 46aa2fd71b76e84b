"""A requirement keeps its key from edition to edition, whatever goes beside it."""

import copy
import json

import pytest

from compliance.content.checklist_files import identity
from compliance.content.foreign_formats import asvs, ciso, cnil
from compliance.content.foreign_formats.oscal import catalog
from tests.content.foreign_formats.catalogs import (
    make_asvs,
    make_catalog,
    make_library,
    make_pia,
)
from tests.content.foreign_formats.laws import law


def where(path):
    return "/".join(map(str, path))


def numbered_alike(value):
    """The same with a number that begins at 1 in each chapter."""
    for node in value["objects"]["framework"]["requirement_nodes"]:
        if node["assessable"]:
            node["ref_id"] = node["urn"].rpartition(":")[2]
    return value


def asvs_twice():
    """A standard in which a number appears twice, with other words."""
    found = make_asvs()
    leaves = found["Requirements"][0]["Items"][0]["Items"]
    leaves.append(leaves[0] | {"Description": "Something else"})
    return found


def catalog_twice():
    """A catalog in which keys differ in case only."""
    found = make_catalog(2, 4)
    controls = found["catalog"]["groups"][0].get("controls")
    group = found["catalog"]["groups"][0]
    while not controls:
        group = group["groups"][0]
        controls = group.get("controls")
    first = controls[0]
    controls.append(first | {"id": first["id"].upper(), "title": "Another"})
    return found


FILES = {
    "library": (law, lambda it: ciso.read(it, where)),
    "library with numbers": (
        lambda: numbered_alike(law()),
        lambda it: ciso.read(it, where),
    ),
    "library that is made": (make_library, lambda it: ciso.read(it, where)),
    "catalog": (catalog_twice, lambda it: catalog.read(it, "JSON")),
    "standard": (asvs_twice, asvs.read),
    "structure": (make_pia, cnil.read),
}
LONG = {
    "library": (lambda: law(8, 8), lambda it: ciso.read(it, where)),
    "catalog": (lambda: make_catalog(4, 40), lambda it: catalog.read(it, "JSON")),
}
LISTS = {"requirement_nodes", "controls", "Items", "questions"}


def places(value, path=()):
    """The place of every requirement and every question of one."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name in LISTS and isinstance(part, (list, dict)):
                inner = part if isinstance(part, dict) else range(len(part))
                yield from ((*path, name, at) for at in inner)
            yield from places(part, (*path, name))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from places(part, (*path, at))


def without(value, path):
    found = copy.deepcopy(value)
    holder = found
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return found


def asked(document):
    return [q for section in document["sections"] for q in section["questions"]]


def words_by_key(document):
    return {q["key"]: (q["title"], q["text"], q["choices"]) for q in asked(document)}


def moved(older, newer):
    """Keys of the newer that had other words in the older, and those new without a word."""
    known = [(q["key"], q.get("source", "")) for q in asked(older)]
    came = identity.renamed(newer, identity.rekeyed(newer, known))
    before, after = words_by_key(older), words_by_key(came)
    assert len(after) == len(asked(newer))
    offered = {new for new, _, _ in identity.alike(older, came)}
    wrong = [key for key in before.keys() & after.keys() if before[key] != after[key]]
    return wrong, sorted(after.keys() - before.keys() - offered)


def drop_each(make, read, step=1):
    """How many were dropped; each time all the others keep their keys.

    One of ``step`` is dropped in turn, and the last.
    """
    value = make()
    whole = read(copy.deepcopy(value)).document
    dropped = 0
    every = list(places(value))
    for path in {*every[::step], every[-1]}:
        found = read(without(value, path))
        if found.document is None or len(asked(found.document)) >= len(asked(whole)):
            continue
        dropped += 1
        for older, newer in ((whole, found.document), (found.document, whole)):
            wrong, new = moved(older, newer)
            assert wrong == [], path
            assert older is not whole or new == [], path
    return dropped


@pytest.mark.parametrize("name", FILES)
def test_dropped_requirement_moves_no_other(name):
    assert drop_each(*FILES[name]) > 1


@pytest.mark.slow
@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", LONG)
def test_dropped_requirement_of_a_large_file_moves_no_other(name, step):
    assert drop_each(*LONG[name], step) > 150 // step - 1


def test_choices_are_called_by_what_they_say():
    document = ciso.read(law(1, 1), where).document
    keys = {q["text"]: [c["key"] for c in q["choices"]] for q in asked(document)}
    (below, above), *_ = [found for found in keys.values() if found]
    assert below != above
    assert below.startswith("10-")
    assert above.startswith("10-")


def make_document(*questions):
    return {
        "sections": [
            {
                "questions": [
                    {"kind": "verdict", "text": key, "related": []} | {"key": key, "source": source} | more
                    for key, source, more in questions
                ]
            }
        ]
    }


def test_source_decides_before_the_key():
    document = make_document(("1", "b", {"related": ["2"]}), ("2", "c", {}), ("3", "", {}))
    keys = identity.rekeyed(document, [("1", "a"), ("2", "b")])
    assert keys["1"] == "2"
    assert keys["2"].startswith("2-")
    came = identity.renamed(document, keys)
    assert [q["key"] for q in asked(came)] == ["2", keys["2"], "3"]
    assert asked(came)[0]["related"] == [keys["2"]]


def test_key_decides_where_the_source_is_new():
    document = make_document(("1", "new", {}))
    assert identity.rekeyed(document, [("1", "old")]) == {}


def test_newest_edition_says_who_has_a_key():
    document = make_document(("x", "old", {}), ("y", "new", {}))
    keys = identity.rekeyed(document, [("1", "new"), ("1", "old")])
    assert keys == {"y": "1"}


def test_equal_words_are_offered_only():
    older = make_document(("1", "a", {"text": "Same?"}), ("2", "b", {}))
    newer = make_document(("9", "z", {"text": "Same?"}), ("2", "b", {}))
    assert identity.rekeyed(newer, [("1", "a"), ("2", "b")]) == {}
    assert identity.alike(older, newer) == [("9", "1", "Same?")]


def test_file_of_one_thing_said_twice_has_two_keys():
    value = json.loads(json.dumps(make_asvs()))
    leaves = value["Requirements"][0]["Items"][0]["Items"]
    leaves.append(dict(leaves[0]))
    found = asked(asvs.read(value).document)
    assert len({q["key"] for q in found}) == len(found)
