"""A trial of a backup: restored aside, checked, removed; nothing of here is touched."""

import pytest
from django.core.management import CommandError, call_command

from compliance.models import Organisation
from tests.backups import installations

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


def test_drill_without_room_names_the_option(tmp_path):
    with pytest.raises(CommandError, match="--folder"):
        call_command("restore_drill", tmp_path / "a.zip", folder=tmp_path / "nowhere")
