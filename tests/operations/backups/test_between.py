"""Backups between installations of their own, on SQLite and on PostgreSQL, and back."""

import json
import shutil

import pytest

from compliance.operations.backups.manifest import rows_of
from compliance.operations.backups.verify import opened, rows
from tests.support.installations import installation

pytestmark = pytest.mark.slow
OWN = ("last_login", "password")
"""Columns of people that a restore changes."""


def rows_in(path):
    """The rows of each table, JSON by what it means; and the manifest."""
    found = {}
    with opened(path) as backup:
        for name, table in backup.manifest.tables.items():
            found[name] = [
                {
                    column: meant(value)
                    for column, value in zip(table.columns, row, strict=True)
                    if column not in OWN
                }
                for row in rows(backup, name)
            ]
        return found, backup.manifest


def meant(value):
    if isinstance(value, str) and value[:1] in {"{", "["}:
        return json.loads(value)
    return value


def test_it_goes_from_one_kind_to_the_other_and_back(new_server, tmp_path, migrated_file):
    folders = [tmp_path / name for name in ("first", "second", "third")]
    first = installation(folders[0], tables=migrated_file)
    first("-m", "tests.assurance.bundles.building", "full")
    first("manage.py", "checkpoint")
    files = [tmp_path / f"{number}.zip" for number in range(3)]
    first("manage.py", "backup", files[0])
    for number, database in ((1, new_server), (2, "")):
        here = installation(folders[number], database, tables=migrated_file)
        shutil.copytree(folders[0] / "keys", folders[number] / "keys")
        here("-m", "tests.operations.backups.restored", *files[number - 1 : number + 1])
    (was, said), *others = map(rows_in, files)
    for now, manifest in others:
        assert now == was
        assert manifest.chains == said.chains
        assert manifest.trail_key == said.trail_key != ""
        unlike = {
            name
            for name in said.members.keys() | manifest.members.keys()
            if said.members.get(name) != manifest.members.get(name)
        }
        assert all(name.startswith("rows/") for name in unlike)
        assert rows_of("compliance_event") not in unlike
        assert manifest.tables == said.tables
    assert sum(map(len, was.values())) > 200
