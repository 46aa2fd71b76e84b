"""A backup while people save, and files that are not as their rows say."""

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from compliance.operations.backups import backup
from compliance.operations.backups.file_locations import path_of
from compliance.operations.backups.verify import opened
from tests.operations.backups import installations

pytestmark = pytest.mark.slow

SAVES = """
import json, sys, threading
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connection
from compliance.work.assessments.models import Answer
from compliance.operations.backups import backup, tables, verify
from tests.support import signing
from tests.support.factories import make_assessment, make_cast, make_edition

cast = make_cast()
here = make_assessment(cast.acme, cast.ada, make_edition(3))
number = 0

def save():
    global number
    signing.answer(cast.con, here, "Q1", verdict="met", note=f"n{number + 1}")
    number += 1
    connection.close()

def beside(last_id=tables.last_id):
    def look(model):
        thread = threading.Thread(target=save, daemon=True)
        thread.start()
        thread.join(20)
        waits.append(thread.is_alive())
        return last_id(model)
    return look

rounds = []
tables.last_id = beside()
for at in range(int(sys.argv[1])):
    save()
    before, waits = number, []
    path, said = backup.make(Path(settings.DATA_DIR) / f"{at}.zip")
    with verify.opened(path) as made:
        rows = {
            name: [
                dict(zip(table.columns, row, strict=True))
                for row in verify.rows(made, name)
            ]
            for name, table in said.tables.items()
            if name in ("compliance_answer", "compliance_event")
        }
    saved = [e for e in rows["compliance_event"] if e["action"] == "answer.saved"]
    rounds.append({
        "before": f"n{before}",
        "note": next(a["note"] for a in rows["compliance_answer"] if a["note"]),
        "heads": [chain.seq for chain in said.chains.values()],
        "events": len(rows["compliance_event"]),
        "saved": len(saved),
        "number": before,
        "meanwhile": number - before,
        "tables": len(said.tables),
        "waited": sum(waits),
    })
print(json.dumps(rounds))
"""


@pytest.mark.parametrize("rounds", [1, pytest.param(4, marks=pytest.mark.long)])
def test_it_holds_one_moment_while_people_save(race, rounds):
    """Someone saves after each table; nobody waits, and nothing of it comes in."""
    for found in race(SAVES, rounds):
        assert found["note"] == found["before"]
        assert found["heads"] == [found["events"]]
        assert found["saved"] == found["number"]
        assert found["meanwhile"] == found["tables"] > 40
        assert found["waited"] == 0


@pytest.fixture
def world(committed, settings, tmp_path):
    """An installation to be backed up, and where to."""
    installations.in_folder(settings, tmp_path / "data")
    made = installations.build()
    made.path, made.folder = tmp_path / "out" / "b.zip", tmp_path / "out"
    made.folder.mkdir()
    return made


def report_in(world):
    installations.run("backup", world.folder / "first.zip")
    with opened(world.folder / "first.zip") as backup:
        name = next(name for name in backup.names if name.startswith("reports/"))
    (world.folder / "first.zip").unlink()
    return name


def refused(world):
    with pytest.raises(CommandError) as error:
        call_command("backup", str(world.path))
    assert list(world.folder.iterdir()) == []
    return str(error.value)


def test_a_file_that_is_not_as_it_came_stops_or_is_named(world, monkeypatch):
    name = report_in(world)
    place = path_of(name)
    content = place.read_bytes()
    place.write_bytes(content + b"more")
    assert "no longer has the bytes it was received with" in refused(world)
    place.write_bytes(content)

    def swept(writer, name, size, write=backup._write_file):
        path_of(name).unlink()
        write(writer, name, size)

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_write_file", swept)
        assert "vanished while the backup was made" in refused(world)
    place.unlink(missing_ok=True)
    said = installations.run("backup", world.path)
    assert f"Not in it, since it is not on the disk: {name}" in said
    assert f"it was not on the disk: {name}" in installations.run("verify_backup", world.path)


def test_a_file_that_is_there_stays_and_a_folder_gets_one_with_the_date(world):
    world.path.write_bytes(b"mine")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(world.path))
    assert world.path.read_bytes() == b"mine"
    world.path.unlink()
    (world.folder / "attest-2026-11-01T030000Z.zip.part").write_bytes(b"killed")
    installations.run("backup", world.folder)
    (made,) = world.folder.iterdir()
    assert made.name.startswith("attest-20")
    assert "is whole" in installations.run("verify_backup", made)


def test_another_one_that_is_made_is_left_alone(world):
    with backup._alone(world.folder / "b.zip.part"):
        with pytest.raises(CommandError, match="being written by another process"):
            call_command("backup", str(world.path))
        assert [path.name for path in world.folder.iterdir()] == ["b.zip.part"]


def test_a_folder_that_is_not_there_is_refused(world):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(world.folder / "none" / "b.zip"))


def test_a_database_that_is_away_is_named(world, monkeypatch):
    def away():
        msg = "connection refused\nCONTEXT: host"
        raise OperationalError(msg)

    monkeypatch.setattr(backup.compatibility, "refuse_unmigrated", away)
    assert refused(world) == "The database cannot be used: connection refused"
