"""Checkpoints: signed, outside of the database, and made by themselves."""

import hashlib
import resource
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from compliance.proof.audit import checkpoints, signed_note, trail, verification
from compliance.proof.audit.merkle import root_of
from compliance.proof.audit.models import ChainHead, Event
from tests.proof.audit.tampering import Guardless
from tests.support import signing
from tests.support.factories import happen
from tests.support.mail_queue import send_queued


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


def tamper(statement, *args):
    """Change rows as somebody would with the database's own tools."""
    with Guardless(), connection.cursor() as cursor:
        cursor.execute(statement, args)


def test_a_checkpoint_says_size_root_and_head(cast):
    happen(cast, 5)
    made = checkpoints.checkpoint(cast.acme.pk)
    hashes = Event.objects.filter(organisation_id=cast.acme.pk).order_by("seq")
    data = [bytes.fromhex(text) for text in hashes.values_list("hash", flat=True)]
    assert (made.size, made.root) == (5, root_of(data))
    assert made.head == trail.head_of(cast.acme.pk)[1]
    found = checkpoints.latest(cast.acme.pk)
    assert (found.size, found.root, found.head) == (made.size, made.root, made.head)


def test_full_disk_leaves_the_file_as_it_was(cast, monkeypatch):
    """A third of the note finds room, the rest does not."""
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    path = checkpoints.path_of(cast.acme.pk)
    before = path.read_bytes()
    happen(cast)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limits[1]))
    try:
        assert checkpoints.checkpoint_safely(cast.acme.pk) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert checkpoints.checkpoint(cast.acme.pk).size == 3
    assert checkpoints.kept(cast.acme.pk)[1] == 0


def test_it_is_a_note_as_c2sp_has_it(cast):
    happen(cast, 3)
    made = checkpoints.checkpoint(cast.acme.pk)
    text = checkpoints.path_of(cast.acme.pk).read_text()
    body, signature, rest = text.split("\n\n")
    origin, size, root, *own = body.splitlines()
    assert origin == f"attest/trail/{cast.acme.pk}"
    assert (size, len(root), rest) == ("3", 44, "")
    assert [line.split(" ")[0] for line in own] == ["head", "at", "tree"]
    dash, name, _ = signature.split(" ")
    assert (dash, name) == ("—", origin)
    public = checkpoints.public_key()
    number = hashlib.sha256(origin.encode() + b"\n\x01" + public).hexdigest()[:8]
    words = checkpoints.verifier(cast.acme.pk)
    assert words.startswith(f"{origin}+{number}+")
    assert signed_note.public_of(words) == public
    assert signed_note.checkpoint_in(next(signed_note.notes_in(text.encode()))).root == made.root


def test_one_goes_on_from_the_other(cast):
    happen(cast, 4)
    checkpoints.checkpoint(cast.acme.pk)
    assert checkpoints.checkpoint(cast.acme.pk) is None
    happen(cast, 3)
    checkpoints.checkpoint(cast.acme.pk)
    found, broken = checkpoints.kept(cast.acme.pk)
    assert [signed_note.checkpoint_in(note).size for note in found] == [4, 7]
    assert broken == 0


def test_files_are_for_their_owner_only(cast, settings):
    happen(cast)
    checkpoints.checkpoint(cast.acme.pk)
    for folder in (Path(settings.KEYS_DIR), Path(settings.CHECKPOINTS_DIR)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}


def test_an_empty_chain_has_none(cast):
    assert checkpoints.checkpoint(cast.acme.pk) is None
    assert checkpoints.latest(cast.acme.pk) is None


def test_a_chain_that_was_cut_gets_none(cast):
    happen(cast, 5)
    checkpoints.checkpoint(cast.acme.pk)
    before = checkpoints.path_of(cast.acme.pk).read_bytes()
    tamper("DELETE FROM compliance_event WHERE seq > %s", 3)
    with pytest.raises(checkpoints.CheckpointError, match="5, which is missing"):
        checkpoints.checkpoint(cast.acme.pk)
    assert checkpoints.checkpoint_safely(cast.acme.pk) is None
    assert checkpoints.path_of(cast.acme.pk).read_bytes() == before


def test_a_chain_that_was_written_anew_gets_none(cast):
    happen(cast, 3)
    checkpoints.checkpoint(cast.acme.pk)
    happen(cast, 2)
    tamper("UPDATE compliance_event SET hash = %s WHERE seq = 3", "0" * 64)
    with pytest.raises(checkpoints.CheckpointError, match="does not go on"):
        checkpoints.checkpoint(cast.acme.pk)


@pytest.mark.parametrize("cut", [1, 40, 200, 300])
def test_what_a_crash_tore_does_not_hide_the_rest(cast, cut):
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    path = checkpoints.path_of(cast.acme.pk)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    ChainHead.objects.update(signed=2)  # counted once it is on the disk
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    found, broken = checkpoints.kept(cast.acme.pk)
    sizes = [signed_note.checkpoint_in(note).size for note in found]
    assert (sizes[0], sizes[-1], broken <= 1) == (2, 6, True)


def test_words_changed_afterwards_bear_no_signature(cast):
    happen(cast, 2)
    checkpoints.checkpoint(cast.acme.pk)
    note = checkpoints.kept(cast.acme.pk)[0][0]
    public = checkpoints.public_key()
    assert signed_note.is_signed_by(note, public) is True
    forged = signed_note.Note(note.text.replace("\n2\n", "\n1\n"), note.signatures)
    assert signed_note.is_signed_by(forged, public) is False
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert signed_note.is_signed_by(note, other) is False


@pytest.mark.slow
def test_several_at_once_write_one_after_the_other(cast):
    happen(cast, 6)
    with checkpoints._held(checkpoints.path_of(cast.acme.pk)) as file:
        made = checkpoints._next(cast.acme.pk, None)

    def write(_):
        with checkpoints._held(checkpoints.path_of(cast.acme.pk)) as file:
            checkpoints._append(file, signed_note.signed(made, checkpoints._key()))

    assert file.closed
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    found, broken = checkpoints.kept(cast.acme.pk)
    assert (len(found), broken) == (40, 0)


def test_made_by_the_clock_once_an_hour(cast, settings):
    settings.CHECKPOINT_MINUTES = 60
    settings.CHECKPOINT_MAIL = "outside@example.org"
    happen(cast, 2)
    assert [made.size for made in checkpoints.checkpoint_due()] == [2]
    happen(cast)
    assert checkpoints.checkpoint_due() == []
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert [made.size for made in checkpoints.checkpoint_due()] == [3]
        assert checkpoints.checkpoint_due() == []
    send_queued()
    assert [sent.to for sent in mail.outbox] == [["outside@example.org"]] * 2
    assert f"attest/trail/{cast.acme.pk}\n3\n" in mail.outbox[1].body


def test_clock_that_had_been_fast_stops_no_checkpoint(cast, settings):
    """One of a day to come would have been the last until then."""
    settings.CHECKPOINT_MINUTES = 60
    happen(cast)
    with time_machine.travel(timezone.now() + timedelta(days=900)):
        assert [made.size for made in checkpoints.checkpoint_due()] == [1]
    happen(cast)
    assert [made.size for made in checkpoints.checkpoint_due()] == [2]
    happen(cast)
    assert checkpoints.checkpoint_due() == []
    assert verification.verify(cast.acme.pk) is None


def test_clock_opens_no_file_of_a_chain_that_stands_still(cast, settings, monkeypatch):
    settings.CHECKPOINT_MINUTES = 60
    happen(cast)
    assert len(checkpoints.checkpoint_due()) == 1
    looked = []
    monkeypatch.setattr(checkpoints, "latest", looked.append)
    assert checkpoints.checkpoint_due() == looked == []


def test_clock_notices_a_database_that_went_back_though_nothing_happens(cast, settings, caplog):
    """It says of itself that it is signed up to its end."""
    settings.CHECKPOINT_MINUTES = 0
    happen(cast, 2)
    checkpoints.checkpoint_due()
    tamper("DELETE FROM compliance_event WHERE seq = 2")
    ChainHead.objects.filter(pk=cast.acme.pk).update(seq=1, signed=1)
    assert checkpoints.checkpoint_due() == []
    assert "No checkpoint was made" in caplog.text


def test_clock_notices_a_file_from_which_checkpoints_were_taken(cast, settings, caplog):
    settings.CHECKPOINT_MINUTES = 0
    happen(cast)
    checkpoints.checkpoint_due()
    checkpoints.path_of(cast.acme.pk).write_bytes(b"")
    assert checkpoints.checkpoint_due() == []
    assert "No checkpoint was made" in caplog.text


def test_clock_misses_the_file_of_a_chain_that_stands_still(cast, settings, caplog):
    settings.CHECKPOINT_MINUTES = 60
    happen(cast)
    checkpoints.checkpoint_due()
    checkpoints.path_of(cast.acme.pk).unlink()
    assert checkpoints.checkpoint_due() == []
    assert "No checkpoint was made" in caplog.text


def test_the_command_names_file_and_key(cast, capsys):
    happen(cast, 2)
    call_command("checkpoint")
    said = capsys.readouterr().out
    assert "2 events, signed now" in said
    assert checkpoints.verifier(cast.acme.pk) in said
    call_command("checkpoint")
    assert "2 events, signed before" in capsys.readouterr().out
    tamper("DELETE FROM compliance_event WHERE seq = 2")
    with pytest.raises(CommandError, match="verify_trail"):
        call_command("checkpoint")


@pytest.mark.slow
def test_each_signature_leaves_one(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        signing.make_signed(cast)
    last = checkpoints.latest(cast.acme.pk)
    signed = Event.objects.get(action="assessment.signed")
    assert (last.size, last.size >= signed.seq) == (
        trail.head_of(cast.acme.pk)[0],
        True,
    )


@pytest.mark.slow
def test_a_signature_stands_though_no_checkpoint_can_be_written(
    cast, settings, tmp_path, django_capture_on_commit_callbacks
):
    (tmp_path / "full").write_text("a file, not a folder")
    settings.CHECKPOINTS_DIR = tmp_path / "full" / "checkpoints"
    with django_capture_on_commit_callbacks(execute=True):
        assert signing.make_signed(cast).status == "signed"
    assert checkpoints.latest(cast.acme.pk) is None


def test_the_last_of_many_is_found_at_the_end_of_the_file(cast):
    happen(cast)
    checkpoints.checkpoint(cast.acme.pk)
    small = checkpoints.path_of(cast.acme.pk).read_bytes()
    checkpoints.path_of(cast.acme.pk).write_bytes(small * 400)
    assert checkpoints.latest(cast.acme.pk).size == 1
