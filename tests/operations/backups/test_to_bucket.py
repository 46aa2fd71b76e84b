"""Backups in a bucket of their own: made, checked, listed and restored there, with its faults."""

import os
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from compliance.ground.web import bucket
from compliance.ground.web.bucket import AwayError
from compliance.management.commands import restore_drill
from compliance.models import Organisation
from compliance.operations.backups import backup, places
from compliance.operations.monitoring import checks
from tests.operations.backups import installations

pytestmark = pytest.mark.slow
MADE = "attest-2026-11-26T033040Z.zip"
KILLED = """
import os, signal, sys
from pathlib import Path
from compliance.ground.web import bucket
bucket.PART_BYTES = 5 * 2**20
upload = bucket.Upload(bucket.Bucket(bucket.place_in(sys.argv[1])), sys.argv[2])
upload.write(bytes(11 * 2**20))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def shelf(s3, settings, tmp_path):
    """A bucket for backups behind the door, beside the one of the live files."""
    name = f"{s3.place.bucket}-backups"
    client = bucket.client_of(s3.place)
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    url = f"s3://{name}/attest?endpoint={s3.url}"
    made = SimpleNamespace(url=url, name=name, client=client, door=s3)
    made.bucket = bucket.Bucket(bucket.place_in(url))
    return made


@pytest.fixture
def filled(saved, shelf, settings):
    """The backup of ``saved``, sent to the bucket; an empty installation on a disk."""
    installations.in_folder(settings, saved.here)
    settings.FILES_URL = ""
    send(shelf, saved.path.read_bytes())
    return saved


def send(shelf, content, name=MADE):
    upload = bucket.Upload(shelf.bucket, name)
    upload.write(content)
    upload.finish()


def at(shelf, name=MADE):
    return shelf.url.replace("?", f"/{name}?")


def names_in(shelf):
    return list(places.listed(places.named_in(shelf.url)))


def said_by(command, *words):
    with pytest.raises(CommandError) as error:
        call_command(command, *map(str, words))
    return str(error.value)


def test_backup_goes_there_and_comes_back(committed, s3, shelf, settings, tmp_path):
    """The live files lie in a bucket, too, and the restore fills another one."""
    data = settings.DATA_DIR
    installations.in_folder(settings, data)
    installations.build()
    s3.asked.clear()
    said = installations.run("backup", shelf.url)
    assert f"s3://{shelf.name}/attest/attest-" in said
    name = names_in(shelf)[0]
    assert list(tmp_path.rglob("attest-*.zip*")) == []  # nothing of it on the disk
    assert "is whole" in installations.run("verify_backup", at(shelf, name))
    assert f"{name}: " in installations.run("list_backups", shelf.url)
    rows = installations.stored()
    installations.empty()
    other = f"{s3.place.bucket}-other"
    shelf.client.create_bucket(Bucket=other)
    settings.FILES_URL = settings.FILES_URL.replace(s3.place.bucket, other)
    said = installations.run("restore", at(shelf, name))
    assert "Restored:" in said
    now = installations.stored()
    assert now["compliance_event"] == rows["compliance_event"]
    assert now["compliance_answer"] == rows["compliance_answer"]
    kept = shelf.client.list_objects_v2(Bucket=other)["Contents"]
    assert {one["Key"].split("/")[1] for one in kept} >= {"files", "reports"}


def test_place_of_live_files_is_refused(committed, s3, shelf, settings):
    installations.in_folder(settings, settings.DATA_DIR)
    installations.build()
    live = settings.FILES_URL
    for url in (
        live,
        live.replace("/attest?", "/attest/deep?"),
        live.replace("/attest?", "?"),
    ):
        assert "is a place of evidence and reports" in said_by("backup", url)
    settings.FILES_URL = ""  # as with another name of the same store
    assert "is a place of evidence and reports" in said_by("backup", live)
    found = shelf.client.list_objects_v2(Bucket=s3.place.bucket)["Contents"]
    assert not [one["Key"] for one in found if one["Key"].endswith(".zip")]
    assert "name the folder" in said_by("backup", at(shelf))


@pytest.mark.parametrize("fault", ["busy", "gone"])
@pytest.mark.parametrize("spares", [0, 3, 4])
def test_store_that_fails_leaves_nothing_that_looks_like_a_backup(committed, shelf, settings, fault, spares):
    """After the look at the place (3 requests), the beginning, or the first of both."""
    settings.FILES_URL = ""
    installations.in_folder(settings, settings.DATA_DIR)
    shelf.door.fault, shelf.door.spares = fault, spares
    assert "cannot be written" in said_by("backup", shelf.url)
    assert backup.last_made() is None
    shelf.door.fault = ""
    assert names_in(shelf) == []


def test_part_is_tried_again(shelf, s3, monkeypatch):
    monkeypatch.setattr(bucket, "PART_BYTES", 5 * 2**20)
    upload = bucket.Upload(shelf.bucket, MADE)
    s3.fault = "busy"
    monkeypatch.setattr(bucket.time, "sleep", lambda _: setattr(s3, "fault", ""))
    content = os.urandom(11 * 2**20)
    for first in range(0, len(content), 2**20):
        upload.write(content[first : first + 2**20])
    assert names_in(shelf) == []  # it is not there before it is whole
    upload.finish()
    with shelf.bucket.opened(MADE) as kept:
        assert kept.read() == content
    sizes = [int(h["Content-Length"]) for m, p, h in s3.asked if "partNumber" in p]
    assert max(sizes) == 5 * 2**20


def test_answer_that_is_lost_is_looked_up(shelf, s3, monkeypatch):
    """The store has the whole, and its answer does not arrive; so it is no failure."""
    upload = bucket.Upload(shelf.bucket, MADE)
    upload.write(b"all of it")
    upload._send(upload._held)
    upload._held.clear()
    s3.fault, s3.spares = "deaf", 0
    monkeypatch.setattr(bucket.time, "sleep", lambda _: setattr(s3, "fault", ""))
    upload.finish()
    assert names_in(shelf) == [MADE]


def test_name_that_is_taken_stays_with_the_other_one(shelf, s3):
    """Two machines in one second: neither overwrites, and neither deletes."""
    second = bucket.Upload(shelf.bucket, MADE)
    second.write(b"second")
    send(shelf, b"first")
    with pytest.raises(FileExistsError):
        second.finish()
    with shelf.bucket.opened(MADE) as kept:
        assert kept.read() == b"first"
    with (
        pytest.raises(backup.BackupError, match="there already"),
        places.writing(places.named_in(at(shelf))),
    ):
        pass


def test_killed_upload_is_no_backup_and_goes_with_the_days(shelf, s3, monkeypatch):
    done = subprocess.run([sys.executable, "-c", KILLED, shelf.url, MADE], check=False, cwd=os.getcwd())
    assert done.returncode == -signal.SIGKILL
    assert names_in(shelf) == []
    uploads = shelf.client.list_multipart_uploads
    assert len(uploads(Bucket=shelf.name)["Uploads"]) == 1
    shelf.bucket.drop_uploads(0)  # another process may be at it; moto dates it 2010
    assert len(uploads(Bucket=shelf.name)["Uploads"]) == 1
    shelf.bucket.drop_uploads(time.time())
    assert "Uploads" not in uploads(Bucket=shelf.name)


def test_memory_holds_parts_and_never_the_whole(shelf, monkeypatch):
    monkeypatch.setattr(bucket, "PART_BYTES", 5 * 2**20)
    upload = bucket.Upload(shelf.bucket, MADE)
    piece = bytes(2**20)
    tracemalloc.start()
    try:
        for _ in range(60):
            upload.write(piece)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        upload.give_up()
    assert most < 20 * 2**20


def test_lock_and_encryption_are_asked_for(shelf, s3):
    url = f"{shelf.url}&lock_days=30&encryption=AES256"
    shelf.bucket = bucket.Bucket(bucket.place_in(url))
    send(shelf, b"locked")
    headers = next(h for method, path, h in s3.asked if path.endswith("?uploads"))
    assert headers["x-amz-object-lock-mode"] == "GOVERNANCE"
    assert headers["x-amz-object-lock-retain-until-date"] > "2026"
    assert headers["x-amz-server-side-encryption"] == "AES256"


@pytest.mark.parametrize("fault", ["busy", "gone", "cut", "proxy"])
def test_store_that_is_away_is_named_as_that_and_not_as_damage(filled, shelf, s3, fault):
    s3.fault, s3.cuts = fault, -1
    for command in ("verify_backup", "restore"):
        said = said_by(command, at(shelf))
        assert "cannot be reached" in said
        assert "damaged" not in said
    assert not Organisation.objects.exists()


def test_table_of_contents_that_breaks_off_is_no_damage(filled, shelf, s3, monkeypatch):
    """``zipfile`` takes every error there for a file that is no ZIP."""
    monkeypatch.setattr("compliance.operations.backups.archive._is_intact", lambda _: True)
    s3.fault, s3.spares = "busy", 1
    said = said_by("verify_backup", at(shelf))
    assert "cannot be reached" in said
    assert "damaged" not in said


def test_connection_that_breaks_goes_on_where_it_was(filled, shelf, s3):
    s3.fault, s3.cuts = "cut", 3
    assert "is whole" in installations.run("verify_backup", at(shelf))
    assert s3.cuts == 0


def test_damage_and_absence_are_named(filled, shelf):
    torn = filled.path.read_bytes()[:-1000]
    other = MADE.replace("26T", "27T")
    send(shelf, torn, other)
    assert "does not end as a backup does" in said_by("restore", at(shelf, other))
    assert "it is not there" in said_by("verify_backup", at(shelf, "attest-none.zip"))


def test_drill_reads_the_bucket_and_writes_to_no_store(filled, shelf, tmp_path, monkeypatch, migrated_file):
    """Its tables are a copy; ``test_drill`` has one that makes them."""
    run = restore_drill.Command._run

    def step(command, folder, *words):
        if words[0] == "migrate":
            shutil.copy(migrated_file, folder)
        else:
            run(command, folder, *words)

    monkeypatch.setattr(restore_drill.Command, "_run", step)
    door = shelf.door
    monkeypatch.setenv("ATTEST_FILES_URL", f"s3://{door.place.bucket}/attest?endpoint={door.url}")
    monkeypatch.setenv("ATTEST_BACKUPS_URL", shelf.url)
    room = tmp_path / "room"
    room.mkdir()
    door.asked.clear()
    said = installations.run("restore_drill", at(shelf), f"--folder={room}")
    assert "can be restored" in said
    assert list(room.iterdir()) == []
    assert {method for method, _, _ in door.asked} <= {"GET", "HEAD"}
    assert all(path.startswith(f"/{shelf.name}/") for _, path, _ in door.asked)
    environment = restore_drill.environment(tmp_path)
    assert "ATTEST_BACKUPS_URL" not in environment


def test_newest_is_found_where_backups_lie(filled, shelf, settings):
    assert "newest needs ATTEST_BACKUPS_URL" in said_by("verify_backup", "newest")
    settings.BACKUPS_URL = shelf.url
    send(shelf, b"older", "attest-2025-01-01T000000Z.zip")
    send(shelf, b"other", "other.zip")
    assert f"{MADE} is whole" in installations.run("verify_backup", "newest")


def test_check_and_console_see_what_lies_there(shelf, s3, settings):
    settings.BACKUPS_URL = shelf.url
    age = next(one for one in checks.CHECKS if one.name == "backup")
    assert age.measure() is None
    cache.clear()
    send(shelf, b"not read", MADE)
    assert backup.last_made().isoformat() == "2026-11-26T03:30:40+00:00"
    asked = len(s3.asked)
    backup.last_made()
    assert len(s3.asked) == asked  # kept for a minute
    cache.clear()
    s3.fault = "gone"
    with pytest.raises(AwayError):
        backup.last_made()
    assert checks._run(age).status == checks.Status.WARN


def test_settings_refuse_one_place_for_both(tmp_path):
    env = os.environ | {
        "ATTEST_DATA_DIR": str(tmp_path),
        "ATTEST_FILES_URL": "s3://one/attest",
        "ATTEST_BACKUPS_URL": "s3://one/attest/backups",
    }
    command = [sys.executable, "-c", "import compliance.settings"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "ATTEST_BACKUPS_URL is another place" in done.stderr
    env["ATTEST_BACKUPS_URL"] = "s3://one/attest-backups"
    subprocess.run(command, env=env, check=True)
