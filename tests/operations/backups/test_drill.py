"""A trial of a backup: restored aside, checked, removed; nothing of here is touched."""

import re

import pytest
from django.core.management import CommandError, call_command

from compliance.management.commands import restore_drill
from compliance.models import Organisation
from tests.operations.backups import installations

pytestmark = pytest.mark.slow


def test_drill_restores_aside_and_leaves_nothing(saved, tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    before = installations.files_in(saved.here)
    said = installations.run("restore_drill", saved.path, f"--folder={room}")
    assert "Restored:" in said
    assert f"{saved.path} can be restored" in said
    assert list(room.iterdir()) == []
    assert installations.files_in(saved.here) == before
    assert not Organisation.objects.exists()  # nothing came into this database


@pytest.mark.long  # restoring names what is damaged; test_damage has each kind
def test_drill_of_a_damaged_backup_says_where(saved, tmp_path):
    whole = bytearray(saved.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(whole)
    with pytest.raises(CommandError, match=r"damaged\.zip: "):
        call_command("restore_drill", damaged)


def test_drill_is_led_to_no_store_of_this_installation(monkeypatch, tmp_path, settings):
    source = (settings.BASE_DIR / "compliance/settings.py").read_text()
    names = set(re.findall(r'"(\w+_URL)"', source)) - {"DATABASE_URL"}
    assert {"FILES_URL", "TASKS_URL", "REDIS_URL", "CACHE_URL"} <= names
    for name in names:
        monkeypatch.setenv(f"ATTEST_{name}", "s3://alive")
    monkeypatch.setenv("ATTEST_URL", "https://attest.example")
    environment = restore_drill.environment(tmp_path)
    assert not environment.keys() & {f"ATTEST_{name}" for name in names}
    assert environment["ATTEST_URL"] == "https://attest.example"
    assert environment["ATTEST_RUN_WORKER"] == "false"
    assert str(tmp_path) in environment["DATABASE_URL"]


def test_drill_without_room_names_the_option(tmp_path):
    with pytest.raises(CommandError, match="--folder"):
        call_command("restore_drill", tmp_path / "a.zip", folder=tmp_path / "nowhere")
