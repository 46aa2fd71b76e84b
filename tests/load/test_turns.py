"""Writers on SQLite wait in a queue; what holds no file needs none."""

import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from compliance.ground.web.sqlite_lock import in_turn


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The database is, as far as turns see, a file of SQLite."""
    file = tmp_path / "attest.sqlite3"
    file.touch()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    return file


def waiting(queue):
    """How many wait for the lock of a file (proc_locks(5))."""
    lines = Path("/proc/locks").read_text().splitlines()
    place = f":{queue.stat().st_ino} "
    return sum("->" in line and place in line for line in lines)


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases queue")
def test_turns_are_taken_in_order_of_arrival(file):
    order = []

    def write(place):
        with in_turn():
            order.append(place)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(6)]
    with in_turn():
        for place, thread in enumerate(threads, 1):
            thread.start()
            while waiting(file.with_name(f"{file.name}-turn")) < place:
                time.sleep(0.001)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(6))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases queue")
def test_turn_ends_with_an_error_too(file):
    with pytest.raises(ValueError, match="no"), in_turn():
        raise ValueError("no")
    with in_turn():
        assert file.with_name("attest.sqlite3-turn").exists()


def test_database_without_a_file_needs_no_turn(tmp_path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "gone"))
    with in_turn():
        assert list(tmp_path.iterdir()) == []
