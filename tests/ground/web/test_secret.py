"""Secrets, made once and kept: whole, for their owner only, the same for everybody."""

import errno
import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from compliance.ground.web.secret import kept_file, kept_secret


def test_made_once_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "a.key"
    assert kept_file(path, lambda: b"one") == b"one"
    assert kept_file(path, lambda: b"two") == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["a.key"]


def test_several_that_are_first_get_the_same(tmp_path):
    start = Barrier(8)

    def first(_):
        start.wait()
        return kept_secret(tmp_path / "secret.key")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(first, range(8)))) == 1


def test_a_failure_leaves_nothing(tmp_path):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept_file(tmp_path / "a.key", fail)
    assert list(tmp_path.iterdir()) == []
    assert kept_file(tmp_path / "a.key", lambda: b"x") == b"x"


def test_full_disk_leaves_nothing_half_and_it_is_made_when_there_is_room(tmp_path, monkeypatch):
    def refuse(handle):
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as full:
        full.setattr("os.fsync", refuse)
        with pytest.raises(OSError, match="no space"):
            kept_file(tmp_path / "a.key", lambda: b"one")
    assert list(tmp_path.iterdir()) == []
    assert kept_file(tmp_path / "a.key", lambda: b"two") == b"two"
