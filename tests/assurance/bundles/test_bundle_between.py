"""Bundles between installations of their own, on SQLite and on PostgreSQL, and back."""

import json
import re
import zipfile

import pytest

from tests.support.installations import installation

pytestmark = pytest.mark.slow
OWN = ("trail/2.json", "trail/2.jsonl", "trail/3.json", "trail/3.jsonl", "SHA256SUMS")
"""Parts about the installations that it went through."""


def parts_of(path):
    """The parts, people by their names; whoever imports is one more hand each time."""
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist() if n not in OWN}
    rows = json.loads(parts["rows.json"])
    names = {f'"{one["ref"]}"': f'"{one["name"]}"' for one in rows.pop("people")}
    for answer in rows["answers"]:
        del answer["hands"]
    said = re.sub(r'"p\d+"', lambda ref: names[ref[0]], json.dumps(rows))
    return parts | {"rows.json": said}


def hash_in(path):
    return json.loads(parts_of(path)["bundle.json"])["content_hash"]


def test_it_goes_from_one_kind_to_the_other_and_back_with_an_equal_hash(new_server, tmp_path, migrated_file):
    first = installation(tmp_path / "first", tables=migrated_file)
    ids = first("-m", "tests.assurance.bundles.building", "full").split()
    second = installation(tmp_path / "second", new_server)
    third = installation(tmp_path / "third", tables=migrated_file)
    for fresh in (second, third):
        fresh("-m", "tests.assurance.bundles.building", "fresh")
    for number, pk in enumerate(ids):
        files = [tmp_path / f"{number}-{step}.zip" for step in range(3)]
        first("manage.py", "export_bundle", pk, "--output", files[0])
        for here, came, goes in ((second, *files[:2]), (third, *files[1:])):
            into = ("--organisation", "fresh", "--by", "fran@example.org")
            here("manage.py", "import_bundle", came, *into)
            here("manage.py", "export_bundle", pk, "--output", goes)
        assert len({hash_in(file) for file in files}) == 1
        was, *others = (parts_of(file) for file in files)
        for now in others:
            changed = {name for name in was if now.get(name) != was[name]}
            assert changed == {"bundle.json"}
            assert now.keys() == was.keys()
