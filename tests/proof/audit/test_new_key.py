"""The key of checkpoints is replaced: what it signed still counts, what it signs later does not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.utils import timezone

from compliance.operations.backups import backup
from compliance.proof.audit import checkpoints, receipts, signed_note, verification
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.check_trail import main
from compliance.proof.audit.models import ChainHead
from tests.support.factories import begin_chains, happen, take_into_trail


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


def replaced(cast):
    """Two checkpoints, the second under a new key; gives the old key."""
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    old = checkpoints._key()
    call_command("checkpoint", "--new-key")
    happen(cast, 3)
    checkpoints.checkpoint(cast.acme.pk)
    return old


def add(cast, key, at):
    """A checkpoint of what is there, by some key, at the end of the file."""
    happen(cast)
    path = checkpoints.path_of(cast.acme.pk)
    with checkpoints._held(path) as file:
        last = checkpoints._last(file, cast.acme.pk)
        made = checkpoints._next(cast.acme.pk, last)
        forged = signed_note.Checkpoint(made.origin, made.size, made.root, made.head, at, made.parts)
        checkpoints._append(file, signed_note.signed(forged, key))


def fault(cast):
    return verification.checked(cast.acme.pk).fault


@pytest.mark.slow
def test_checkpoints_of_both_keys_count(cast, capsys):
    take_into_trail(cast.acme)
    begin_chains()
    call_command("verify_trail", "--quick")
    old = replaced(cast)
    public = old.public_key().public_bytes_raw()
    assert public != checkpoints.public_key()
    found, forged = verification.signed_checkpoints(cast.acme.pk)
    first, last = (each.size for each in found)
    assert (last - first, forged) == (3, None)
    notes, _ = checkpoints.kept(cast.acme.pk)
    signers = [public, checkpoints.public_key()]
    assert all(map(signed_note.is_signed_by, notes, signers))
    capsys.readouterr()
    call_command("verify_trail", "--quick")
    call_command("verify_trail")
    assert f"Acme: {last} events are as written" in capsys.readouterr().out


def test_no_private_half_of_the_old_key_stays(cast, settings):
    old = replaced(cast)
    kept = [path for path in Path(settings.KEYS_DIR).rglob("*") if path.is_file()]
    names = sorted(path.name for path in kept)
    assert names[-1] == "trail.pem"
    assert len([name for name in names if name.startswith("trail-")]) == 1
    assert not any(old.private_bytes_raw() in path.read_bytes() for path in kept)
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_stranger_counts_as_forged(cast):
    replaced(cast)
    add(cast, Ed25519PrivateKey.generate(), timezone.now())
    assert fault(cast).kind == Kind.CHECKPOINT
    assert checkpoints.latest(cast.acme.pk).size == 5


@pytest.mark.parametrize("at", [timezone.now, lambda: datetime.now(UTC).replace(tzinfo=None)])
def test_retired_key_signs_nothing_later(cast, at):
    """Nor at a moment without a time zone, which cannot be compared."""
    old = replaced(cast)
    add(cast, old, at() + timedelta(seconds=1))
    assert fault(cast).kind == Kind.CHECKPOINT
    assert checkpoints.latest(cast.acme.pk).size == 5


def test_without_its_public_half_the_old_ones_are_forged(cast, settings):
    replaced(cast)
    for path in Path(settings.KEYS_DIR, "retired").iterdir():
        path.unlink()
    assert fault(cast).kind == Kind.CHECKPOINT


def test_retired_file_that_is_none_is_named(cast, settings):
    replaced(cast)
    Path(settings.KEYS_DIR, "retired", "trail-x.pub").write_text("nothing")
    with pytest.raises(checkpoints.CheckpointError, match=r"trail-x\.pub holds no"):
        checkpoints.own_keys()


def test_crash_before_the_new_key_leaves_the_old_one_in_use(cast, monkeypatch):
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    with monkeypatch.context() as crash:
        crash.setattr(checkpoints, "_made", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            checkpoints.replace_key()
    happen(cast)
    assert checkpoints.checkpoint(cast.acme.pk).size == 3
    assert fault(cast) is None
    checkpoints.replace_key()
    assert fault(cast) is None


def test_chain_that_does_not_go_on_keeps_the_key(cast):
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    before = checkpoints.public_key()
    ChainHead.objects.filter(pk=cast.acme.pk).update(signed=9)
    with pytest.raises(CommandError, match="Run verify_trail"):
        call_command("checkpoint", "--new-key")
    assert checkpoints.public_key() == before


def test_key_is_replaced_twice(cast):
    replaced(cast)
    call_command("checkpoint", "--new-key")
    happen(cast)
    checkpoints.checkpoint(cast.acme.pk)
    assert len(checkpoints.retired_verifiers(cast.acme.pk)) == 2
    assert fault(cast) is None


def test_receipt_of_a_retired_key_counts_but_none_that_ended_later(cast):
    now = timezone.now()
    name = receipts.name_of(cast.acme.pk)

    def receipt(at):
        return receipts.Receipt(name, now, 1, now, at, 3, "0" * 64, 4, 5, "")

    note, late = (receipts.signed(receipt(at)) for at in (now, now + timedelta(hours=1)))
    checkpoints.replace_key()
    assert receipts.read(note).size == 3
    assert receipts.read(late) is None


def test_backup_of_the_old_key_belongs_here(cast):
    happen(cast)
    checkpoints.checkpoint(cast.acme.pk)
    before = backup.trail_key()
    checkpoints.replace_key()
    assert before in backup.trail_keys()
    assert backup.trail_key() in backup.trail_keys()


def test_export_is_checked_with_all_keys(cast, tmp_path, capsys):
    old = replaced(cast)
    place = tmp_path / "trail.jsonl"
    call_command("export_trail", "acme", "--output", place)
    key = checkpoints.verifier(cast.acme.pk)
    [retired] = checkpoints.retired_verifiers(cast.acme.pk)
    assert retired in capsys.readouterr().out
    assert main([str(place)]) == 0
    assert f"a retired key: {retired}" in capsys.readouterr().out
    assert main([str(place), "--key", key, "--key", retired]) == 0
    assert main([str(place), "--key", key]) == 1
    assert "A checkpoint of 2 is not signed by" in capsys.readouterr().out
    add(cast, old, timezone.now() + timedelta(seconds=1))
    call_command("export_trail", "acme", "--output", tmp_path / "late.jsonl")
    late = str(tmp_path / "late.jsonl")
    assert main([late, "--key", key, "--key", retired]) == 1
    assert "A checkpoint of 6 is not signed by" in capsys.readouterr().out
    assert main([late, "--key", key, "--key", retired.partition("@")[0] + "@x"]) == 2
