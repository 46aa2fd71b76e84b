"""Files that were bent by chance: each is read or refused in words, never an exception."""

import json
import random
from copy import deepcopy

import pytest

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.foreign_formats.oscal import xml
from compliance.content.formats import own
from compliance.content.formats.findings import Sheet
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.catalogs import (
    ASVS_CSV,
    as_yaml,
    make_asvs,
    make_catalog,
    make_library,
    make_mapping,
    make_pia,
)

SHEET = make_sheet(5)
LIBRARY = make_library(requirement_mapping_sets=[make_mapping()])
VALUES = {
    "own": own.as_file(SHEET),
    "catalog": make_catalog(2, 5),
    "library": LIBRARY,
    "pia": make_pia(),
    "asvs": make_asvs(),
}
FILES = {
    "yaml": (FORMATS["yaml"].write(SHEET), ".yaml"),
    "csv": (FORMATS["csv"].write(SHEET), ".csv"),
    "xlsx": (FORMATS["xlsx"].write(SHEET), ".xlsx"),
    "json": (FORMATS["json"].write(SHEET), ".json"),
    "xml": (xml.written(make_catalog(2, 5)["catalog"]), ".xml"),
    "library": (as_yaml(LIBRARY), ".yaml"),
    "asvs": (ASVS_CSV, ".csv"),
}
JUNK = (
    None, True, 0, -1, 2.5, 10**30, "", " ", "x", "x" * 300, "\x00", "a\nb", [], {},
    [[]], [None], [{}], {"": ""}, {"a": None}, {"id": []}, ["x", 1, {}], "2026-13-01",
)  # fmt: skip


def places_in(value, path=()):
    yield path
    if isinstance(value, (dict, list)):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            yield from places_in(part, (*path, name))


def bent(value, chance):
    """The value with one to three of its parts taken away or put in their place."""
    value = json.loads(json.dumps(value))
    for _ in range(chance.randint(1, 3)):
        path = chance.choice([p for p in places_in(value) if p] or [()])
        if not path:
            break
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        if chance.random() < 0.3:
            del holder[path[-1]]
        else:
            holder[path[-1]] = deepcopy(chance.choice(JUNK))
    return value


def cut(content, chance):
    """The bytes with some of them changed, gone, doubled or moved."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(content))
        end = min(len(content), start + chance.randint(1, 40))
        piece = content[start:end]
        new = chance.choice([b"", piece * 2, piece[::-1], bytes([chance.randrange(256)]), b"\n", b'"'])
        content = content[:start] + new + content[end:]
    return content


def check(found):
    """Words for each fault; what is taken goes out in every format."""
    for fault in found.faults:
        assert 3 < len(str(fault)) <= 500
    assert (found.document is None) or not found.faults
    if found.document:
        sheet = Sheet(found.title, found.summary, found.theme, found.document)
        for name in ("csv", "oscal-json", "oscal-xml"):
            assert FORMATS[name].write(sheet)


def bend(name, seeds):
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 - no secret hangs on it
        value = bent(VALUES[name], chance)
        if name == "library":
            check(read(as_yaml(value), ".yaml"))
        else:
            check(read(json.dumps(value).encode(), ".json"))


def damage(name, seeds):
    content, suffix = FILES[name]
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 - no secret hangs on it
        check(read(cut(content, chance), suffix))


@pytest.mark.slow
@pytest.mark.parametrize("name", VALUES)
def test_bent_values_never_raise(name):
    bend(name, range(15))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_damaged_bytes_never_raise(name):
    damage(name, range(15))


@pytest.mark.long
@pytest.mark.parametrize("name", VALUES)
def test_many_bent_values_never_raise(name):
    bend(name, range(15, 1500))


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
def test_many_damaged_bytes_never_raise(name):
    damage(name, range(15, 200))
