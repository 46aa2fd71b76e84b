import errno
import hashlib
import os
import time
from uuid import UUID, uuid4

import pytest

from compliance.content.evidence import storage

ACME = uuid4()


def kept(*chunks):
    return storage.keep(ACME, iter(chunks))


def test_file_lies_under_its_hash_for_its_owner_only(files, stored):
    digest = hashlib.sha256(b"onetwo").hexdigest()
    assert kept(b"one", b"two") == (digest, 6, True)
    path = files / str(ACME) / digest[:2] / digest
    assert stored() == [path]
    assert path.read_bytes() == b"onetwo"
    folders = [path.parent, path.parent.parent, files]
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_same_bytes_are_kept_once_and_not_written_over(stored):
    kept(b"one")
    inode = stored()[0].stat().st_ino
    kept(b"o", b"ne")
    assert [path.stat().st_ino for path in stored()] == [inode]


def test_other_organisation_has_a_file_of_its_own(stored):
    kept(b"one")
    storage.keep(uuid4(), [b"one"])
    assert len(stored()) == 2


def test_damaged_file_is_neither_given_nor_taken_for_the_same(stored):
    digest = kept(b"one").sha256
    stored()[0].write_bytes(b"eno")
    for attempt in (lambda: storage.open_kept(ACME, digest), lambda: kept(b"one")):
        with pytest.raises(storage.StorageError) as refused:
            attempt()
        assert refused.value.code == storage.DAMAGED
    assert [path.read_bytes() for path in stored()] == [b"eno"]


def test_missing_file_is_an_error():
    with pytest.raises(storage.StorageError):
        storage.open_kept(ACME, "0" * 64)


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "0" * 63, "A" * 64, "0/1"])
def test_what_is_no_hash_is_no_path(sha256):
    with pytest.raises(ValueError, match="SHA-256"):
        storage.path_of(ACME, sha256)


@pytest.mark.parametrize("call", ["fsync", "link", "open", "mkdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_is_an_error_and_leaves_nothing(monkeypatch, stored, call, number):
    def refuse(*args, **kwargs):
        raise OSError(number, "no space")

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(storage.StorageError) as refused:
        kept(b"one")
    monkeypatch.undo()
    assert refused.value.code == storage.FULL
    assert stored() == []


def test_full_disk_half_way_leaves_nothing(stored):
    def chunks():
        yield b"one"
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(storage.StorageError):
        storage.keep(ACME, chunks())
    assert stored() == []


def test_broken_upload_leaves_nothing(stored):
    def chunks():
        yield b"one"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        storage.keep(ACME, chunks())
    assert stored() == []


def test_file_and_folder_are_flushed_before_it_counts(monkeypatch):
    flushed = []
    fsync = os.fsync
    monkeypatch.setattr(
        os,
        "fsync",
        lambda fd: flushed.append(os.path.isdir(f"/proc/self/fd/{fd}")) or fsync(fd),
    )
    kept(b"one")
    flushed.clear()
    kept(b"two")
    assert flushed[0] is False
    assert flushed[-1] is True


def test_organisations_are_known_by_their_folders(files):
    kept(b"one")
    (files / "lost+found").mkdir()
    assert storage.organisations_with_files() == [UUID(str(ACME))]


def test_old_files_are_listed_without_new_ones(files, stored):
    kept(b"one")
    part = files / str(ACME) / ".part-0"
    part.write_bytes(b"half")
    os.utime(part, (1, 1))
    with storage.old_files(ACME, time.time() - 60) as paths:
        assert paths == [part]
    with storage.old_files(uuid4(), time.time()) as paths:
        assert paths == []
