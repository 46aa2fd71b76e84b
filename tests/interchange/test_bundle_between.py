"""Bundles between installations of their own, on SQLite and on PostgreSQL, and back."""

import json
import os
import subprocess
import sys
import uuid
import zipfile
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow
OWN = ("trail/2.json", "trail/2.jsonl", "trail/3.json", "trail/3.jsonl", "SHA256SUMS")
"""Parts that tell of the installations it went through."""


@pytest.fixture
def server():
    """A new database of PostgreSQL, where the suite runs on one."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        pytest.skip("needs both kinds of database")
    import psycopg  # noqa: PLC0415

    def on_server(statement):
        address = urlunsplit(urlsplit(given)._replace(path="/postgres"))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    name = f"moved_{uuid.uuid4().hex}"
    on_server(f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    on_server(f"DROP DATABASE {name} WITH (FORCE)")


def installation(folder, database=""):
    """``run(*words)``: the output of a command in a data folder and database of its own."""
    folder.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "compliance.settings",
        "ATTEST_DATA_DIR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{folder}/attest.sqlite3",
        "NO_BOOTSTRAP": "1",
    }

    def run(*words):
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist() if n not in OWN}


def hash_in(path):
    return json.loads(parts_of(path)["bundle.json"])["content_hash"]


def test_it_goes_from_one_kind_to_the_other_and_back_with_an_equal_hash(
    server, tmp_path
):
    first = installation(tmp_path / "first")
    ids = first("-m", "tests.interchange.building", "full").split()
    second = installation(tmp_path / "second", server)
    third = installation(tmp_path / "third")
    for fresh in (second, third):
        fresh("-m", "tests.interchange.building", "fresh")
    for number, pk in enumerate(ids):
        files = [tmp_path / f"{number}-{step}.zip" for step in range(3)]
        first("manage.py", "export_bundle", pk, "--output", files[0])
        for here, came, goes in ((second, *files[:2]), (third, *files[1:])):
            here("manage.py", "import_bundle", came, "--organisation", "fresh")
            here("manage.py", "export_bundle", pk, "--output", goes)
        assert len({hash_in(file) for file in files}) == 1
        was, *others = (parts_of(file) for file in files)
        for now in others:
            changed = {name for name in was if now.get(name) != was[name]}
            assert changed == {"bundle.json"}
            assert now.keys() == was.keys()
