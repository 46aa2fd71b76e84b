"""Saved means on the disk: PostgreSQL is asked, and a server ends as a whole."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management.base import SystemCheckError
from django.db import connection, connections

from compliance.ground.web.durability import check_durable, refuse_forgetful
from compliance.management import serving
from tests.load.serving import ROOT
from tests.support.installations import FILE, environment

pytestmark = pytest.mark.slow


@pytest.fixture
def forgetful(db, monkeypatch):
    """A database that answers before it has flushed; on SQLite one that says so."""
    answer = ("off", "on", "on")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("SELECT current_setting('fsync')")
            answer = ("off", *cursor.fetchone(), "on")
    else:
        monkeypatch.setattr("compliance.ground.web.durability._ASK", f"SELECT {str(answer)[1:-1]}")
        monkeypatch.setattr(connections["default"], "vendor", "postgresql")
        monkeypatch.setattr("compliance.ground.web.triggers.unlike", lambda _alias: [])
    return answer


def test_database_that_forgets_is_refused_in_words(forgetful):
    with pytest.raises(SystemCheckError, match="synchronous_commit=off: a power cut"):
        refuse_forgetful()


def test_database_that_flushes_is_taken(db):
    found = check_durable(None, databases=["default"])
    assert [one for one in found if one.id == "attest.E007"] == []


@pytest.fixture
def serve(tmp_path, migrated_file):
    """A server that is just starting, and its port; gone at the end with all of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shutil.copy(migrated_file, tmp_path / FILE)
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(tmp_path) | {"ATTEST_RUN_WORKER": "off"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield server, port
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def test_killed_first_process_leaves_nobody_on_the_port(serve):
    server, port = serve
    wait_until(lambda: is_taken(port), 60)
    server.send_signal(signal.SIGKILL)
    server.wait()
    wait_until(lambda: not is_taken(port), 60)


def has_children(pid):
    return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text())


@pytest.mark.parametrize(
    "after",
    [
        0.0,
        pytest.param(0.3, marks=pytest.mark.long),
        pytest.param(1.0, marks=pytest.mark.long),
        pytest.param(3.0, marks=pytest.mark.long),
    ],
)
def test_server_that_is_told_to_stop_while_starting_ends_in_ten_seconds(serve, after):
    """``after``: seconds since its first process has others, which are still loading."""
    server, port = serve
    wait_until(lambda: has_children(server.pid), 60)
    time.sleep(after)
    server.terminate()
    server.wait(timeout=10)
    wait_until(lambda: not is_group(server.pid), 5)
    assert not is_taken(port)


def is_group(pid):
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_server_without_its_tables_does_not_start(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "1"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "migrations of this release" in done.stderr
    assert "python3 manage.py migrate" in done.stderr


def is_taken(port):
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so, seconds):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize(("asked", "cores", "workers"), [(None, 1, 1), (None, 8, 2), (5, 2, 5)])
def test_serve_starts_a_process_for_each_core_two_at_most_or_as_many_as_asked(
    monkeypatch, asked, cores, workers
):
    command = []
    monkeypatch.setattr(serving.os, "execv", lambda _, words: command.extend(words))
    monkeypatch.setattr(serving.os, "chdir", lambda _: None)
    monkeypatch.setattr(serving.os, "environ", {})
    monkeypatch.setattr(serving, "cores", lambda: cores)
    monkeypatch.setattr(serving, "refuse_forgetful", lambda: None)
    serving.serve("127.0.0.1", 0, asked)
    assert command[command.index("--workers") + 1] == str(workers)
