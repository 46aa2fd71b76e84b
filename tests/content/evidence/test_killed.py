"""An upload that is killed leaves no row without its file, and no half file."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compliance.content.evidence.storage import path_of
from tests.support import warm_processes
from tests.support.installations import FILE, environment

ROOT = Path(__file__).resolve().parents[3]
UPLOADER = """
import itertools, os, sys
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from compliance.content.evidence import actions
from compliance.models import Organisation, User
ada, acme = User.objects.get(), Organisation.objects.get()
connections.close_all()
for start in map(int, sys.stdin):
    process = os.fork()
    if process:
        os.waitpid(process, 0)
        print("over", flush=True)
        continue
    acme.refresh_from_db()
    print(os.getpid(), flush=True)
    for number in itertools.count(start):
        upload = SimpleUploadedFile("a.txt", str(number).encode() * 200_000)
        evidence = actions.add_file(by=ada, organisation=acme, upload=upload)
        print(evidence.sha256, flush=True)
"""
"""Forks for each number that it reads: the fork uploads until it is killed."""
SETUP = """
import django
django.setup()
from compliance.models import Organisation, User
User.objects.create_user("ada@example.org", None, name="Ada")
Organisation.objects.create(name="Acme", slug="acme")
"""
SWEEP = """
import django
django.setup()
from compliance.content.evidence import actions
actions.sweep(older_seconds=-60)
"""


def run(script, folder):
    """Run it in an installation of its own; all that it printed."""
    done = warm_processes.run("-c", script, env=generous(folder))
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def generous(folder):
    """The environment of an installation that takes any number of files, unless a test limits it."""
    limit = {"ATTEST_UPLOADS_PER_HOUR": "1000000"}
    return limit | environment(folder) | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def installed(tmp_path, migrated_file):
    """A folder with a database that has Ada and Acme in it."""
    shutil.copy(migrated_file, tmp_path)
    run(SETUP, tmp_path)
    return tmp_path


def upload_and_kill(uploader, round_number):
    """The hashes that were acknowledged before the kill: one at least in every second round."""
    uploader.stdin.write(f"{round_number * 100_000}\n")
    uploader.stdin.flush()
    process = int(uploader.stdout.readline())
    first = [uploader.stdout.readline()] if round_number % 2 else []
    time.sleep(random.uniform(0, 0.2))  # noqa: S311
    os.kill(process, signal.SIGKILL)
    lines = [*first, *iter(uploader.stdout.readline, "over\n")]
    return [line.strip() for line in lines]


def rows(folder):
    with sqlite3.connect(folder / FILE) as database:
        found = database.execute("SELECT sha256, size_bytes FROM compliance_evidence").fetchall()
    database.close()
    return dict(found)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, pytest.param(8, marks=pytest.mark.long)])
def test_killed_upload_leaves_no_row_without_its_file(installed, settings, kills):
    settings.MEDIA_ROOT = installed / "files"
    lines, pipes = [], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", UPLOADER]
    with subprocess.Popen(command, env=generous(installed), text=True, **pipes) as uploader:
        for round_number in range(kills):
            lines += upload_and_kill(uploader, round_number + 1)
    kept = rows(installed)
    assert lines
    assert set(lines) <= set(kept)
    (organisation,) = (p.name for p in settings.MEDIA_ROOT.iterdir())
    places = {path_of(organisation, sha256): size for sha256, size in kept.items()}
    assert {path: path.stat().st_size for path in places} == places
    run(SWEEP, installed)
    left = {p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()}
    assert left == set(places)
