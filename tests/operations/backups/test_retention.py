"""Backups end after their time, and never the last good one."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from compliance.ground.web import bucket
from compliance.operations.backups import places
from tests.operations.backups import installations
from tests.operations.backups.test_to_bucket import send, shelf  # noqa: F401

pytestmark = pytest.mark.slow


NOW = timezone.now()


def name_of(days):
    return places.name_at(NOW - timedelta(days=days))


@pytest.fixture
def folder(saved, tmp_path):
    """A folder with backups of today, 29 and 31 days, and a file of someone."""
    made = tmp_path / "backups"
    made.mkdir()
    for days in (0, 29, 31):
        (made / name_of(days)).write_bytes(saved.path.read_bytes())
    (made / "attest-mine.zip").write_text("mine")
    return made


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_old_backups_are_removed_and_nothing_else(folder):
    said = installations.run("remove_backups", folder, "--older-than=30")
    assert said.count("Removed") == 1
    assert left(folder) == sorted([name_of(29), name_of(0), "attest-mine.zip"])
    said = installations.run("remove_backups", folder, "--older-than=30")
    assert "has no backup older than 30 days" in said


def test_newest_backup_stays_however_old_it_is(folder):
    for days in (0, 29):
        (folder / name_of(days)).unlink()
    call_command("remove_backups", str(folder), "--older-than=1")
    assert name_of(31) in left(folder)


def test_nothing_is_removed_while_the_newest_is_damaged(folder):
    newest = folder / name_of(0)
    newest.write_bytes(newest.read_bytes()[:-100])
    with pytest.raises(CommandError):
        call_command("remove_backups", str(folder), "--older-than=30")
    assert name_of(31) in left(folder)


@pytest.mark.parametrize("days", ["0", "-1", "99999999"])
def test_senseless_number_of_days_is_refused(folder, days):
    with pytest.raises(CommandError, match="from 1 to"):
        call_command("remove_backups", str(folder), f"--older-than={days}")
    assert name_of(31) in left(folder)


def test_versions_in_a_bucket_go_with_their_backup(saved, shelf):  # noqa: F811
    for days in (0, 31):
        send(shelf, saved.path.read_bytes(), name_of(days))
    call_command("remove_backups", shelf.url, "--older-than=30")
    assert list(shelf.bucket.inside()[0]) == [name_of(0)]
    kept = shelf.client.list_object_versions(Bucket=shelf.name).get("Versions", ())
    assert [one["Key"] for one in kept] == [f"attest/{name_of(0)}"]


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_removal_that_was_killed_is_ended_by_the_next(saved, shelf, calls, monkeypatch):  # noqa: F811
    """``calls`` of the store are done once the object is deleted; then the process is gone."""
    for days in (0, 31, 32):
        send(shelf, saved.path.read_bytes(), name_of(days))
    ask, done = bucket.Bucket._ask, []

    def dying(self, what, **words):
        if "delete_objects" in done and len(done) > done.index("delete_objects") + calls:
            raise SystemExit(137)
        done.append(what)
        return ask(self, what, **words)

    with monkeypatch.context() as killed:
        killed.setattr(bucket.Bucket, "_ask", dying)
        with pytest.raises(SystemExit):
            call_command("remove_backups", shelf.url, "--older-than=30")
    call_command("remove_backups", shelf.url, "--older-than=30")
    left = shelf.client.list_object_versions(Bucket=shelf.name)
    assert [one["Key"] for one in left["Versions"]] == [f"attest/{name_of(0)}"]
    assert not left.get("DeleteMarkers")


def test_versions_go_once_their_lock_is_over(saved, shelf):  # noqa: F811
    """Versions of someone else's files, and of a backup that is young, stay."""
    send(shelf, saved.path.read_bytes(), name_of(0))
    for name in (name_of(29), name_of(31), "attest-mine.zip"):
        send(shelf, b"any", name)
        shelf.bucket.delete([name])
    call_command("remove_backups", shelf.url, "--older-than=30")
    kept = shelf.client.list_object_versions(Bucket=shelf.name)["Versions"]
    stay = [name_of(29), name_of(0), "attest-mine.zip"]
    assert sorted(one["Key"] for one in kept) == [f"attest/{name}" for name in stay]


def test_bucket_that_is_away_loses_nothing(saved, shelf):  # noqa: F811
    for days in (0, 31):
        send(shelf, saved.path.read_bytes(), name_of(days))
    shelf.door.fault = "busy"
    with pytest.raises(CommandError):
        call_command("remove_backups", shelf.url, "--older-than=30")
    shelf.door.fault = ""
    bucket.client_of.cache_clear()
    assert set(shelf.bucket.inside()[0]) == {name_of(0), name_of(31)}
