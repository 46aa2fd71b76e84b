"""All of an organisation in a bucket: packed, backed up, and deleted with it."""

import zipfile
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone

from compliance.assurance.bundles import download_store
from compliance.content.evidence.actions import append, begin_upload
from compliance.ground.pictures import drawing
from compliance.ground.web import bucket, file_store
from compliance.ground.web.bucket import AwayError
from compliance.models import Report
from compliance.operations.backups import backup
from compliance.operations.closing import actions, belongings, deletion, grace
from compliance.operations.closing.archive_store import archive_store
from compliance.proof.audit import checkpoints, receipts
from compliance.reporting.reports import room
from tests.support import auditor_seats
from tests.support.factories import begin_chains, make_assessment
from tests.support.mail_queue import queued

pytestmark = pytest.mark.slow


@pytest.fixture
def full(cast, s3, settings):
    settings.CHECKPOINTS_DIR = settings.DATA_DIR / "checkpoints"
    proof = auditor_seats.make_proof(cast.acme, cast.ada, b"Acme's own")
    report = auditor_seats.make_report(make_assessment(cast.acme, cast.ada), cast.ada)
    return SimpleNamespace(proof=proof, report=report)


def made(cast):
    archive, _ = actions.ask_archive(by=cast.ada, organisation=cast.acme)
    actions.make_archive(archive.pk)
    archive.refresh_from_db()
    return archive


def everything():
    roots = file_store.roots().values()
    return [p for root in roots for p in file_store.older(root, "*", float("inf"))]


def test_archive_holds_the_files_and_is_streamed_to_its_owner(cast, full, tmp_path):
    archive = made(cast)
    assert (archive.problem, archive.status) == ("", "done")
    assert archive_store.is_wanted(archive)
    reply = archive_store.sent(archive)
    (tmp_path / "got.zip").write_bytes(b"".join(reply.streaming_content))
    with zipfile.ZipFile(tmp_path / "got.zip") as file:
        found = {file.read(name) for name in file.namelist()}
    assert {b"Acme's own", str(full.report.assessment_id).encode()} <= found
    # A new one takes the place of the last.
    other = made(cast)
    there = file_store.older(archive_store.folder(), "*.zip", float("inf"))
    assert [path.stem for path in there] == [other.sha256]


def test_archive_never_leaves_out_what_it_only_could_not_read(cast, full, s3):
    s3.fault = "gone"
    with pytest.raises(AwayError):
        made(cast)
    archive = cast.acme.archives.get()
    assert (archive.status, archive.sha256) == ("failed", "")
    assert "cannot be reached" in archive.problem


def test_expired_archives_are_swept(cast, full, monkeypatch):
    made(cast)
    assert archive_store.sweep() == 0
    later = SimpleNamespace(time=lambda: float("inf"))
    monkeypatch.setattr(download_store, "time", later)
    assert archive_store.sweep() == 1
    assert file_store.older(archive_store.folder(), "*", float("inf")) == []


def test_files_of_an_organisation_go_with_it_and_no_others(cast, full):
    other = auditor_seats.make_proof(cast.other, cast.zoe, b"of another")
    made(cast)
    (drawing.folder() / f"{full.proof.sha256}-1-1-320.zip").write_bytes(b"picture")
    files = belongings.files_of(cast.acme.pk)
    assert len(files) + len(belongings.evidence_of(cast.acme.pk)) == 4
    belongings.remove(cast.acme.pk, files)
    assert [path.name for path in everything()] == [other.sha256]
    assert not list(drawing.folder().iterdir())


def closed(cast, settings):
    begin_chains()
    settings.GRACE_DAYS = -0.5
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    checkpoints.checkpoint(cast.acme.pk)


def test_receipt_says_what_a_lock_keeps_and_until_when(versioned, cast, full, settings, client):
    closed(cast, settings)
    deletion.delete(cast.acme.pk)
    [left] = versioned()
    assert left.endswith(".pdf")
    found = receipts.find(cast.acme.pk)
    until = datetime.fromisoformat(found.stays.partition(" until ")[2])
    day = f"{until.day} {until:%B %Y}"
    assert found.stays.startswith("1 until 20")
    words = f"The store of files keeps 1 version of them under a lock until {day}."
    assert found.stays_in_words() == words
    page = client.get(f"/receipt/{found.organisation}/").text
    assert words in page
    assert "Everything was deleted, but for versions of files" in page
    [mail] = queued()
    assert words in str(mail.args_kwargs)


def test_receipt_says_that_nothing_stays(cast, full, settings, client):
    closed(cast, settings)
    deletion.delete(cast.acme.pk)
    found = receipts.find(cast.acme.pk)
    assert found.stays == "nothing"
    page = client.get(f"/receipt/{found.organisation}/").text
    assert "keeps no version of them" in page
    assert "but for versions of files" not in page


def test_deletion_waits_for_a_store_that_is_away(versioned, cast, full, settings, monkeypatch):
    """A fault in the middle says nothing about versions: the next run looks again."""
    closed(cast, settings)
    whole = bucket.Bucket.purge

    def away(self, beginnings):
        raise AwayError

    monkeypatch.setattr(bucket.Bucket, "purge", away)
    with pytest.raises(AwayError):
        deletion.delete(cast.acme.pk)
    assert receipts.find(cast.acme.pk) is None
    assert Report.objects.exists()  # the rows that name its files
    monkeypatch.setattr(bucket.Bucket, "purge", whole)
    deletion.delete(cast.acme.pk)
    assert receipts.find(cast.acme.pk).stays.startswith("1 until ")


def test_earlier_receipt_counts_what_a_restore_brought_under_a_lock(versioned, cast, full, settings):
    closed(cast, settings)
    assert deletion._begin(cast.acme.pk)  # as a restore does
    name, now = receipts.name_of(cast.acme.pk), timezone.now()
    earlier = receipts.Receipt(name, now, cast.ada.pk, now, now, 9000, "0" * 64, 12_000, 300, "nothing")
    receipts.store(name, receipts.signed(earlier))
    deletion.delete(cast.acme.pk)
    found = receipts.find(cast.acme.pk)
    assert (found.size, found.rows, found.stays[:8]) == (9000, 12_000, "1 until ")
    completed = replace(earlier, stays=found.stays)
    assert receipts.signed_note(name) == receipts.signed(completed)


def test_pieces_of_uploads_are_counted_and_go_with_the_rest(cast, full, settings):
    begun = begin_upload(by=cast.ada, organisation=cast.acme, length=10)
    append(upload=begun, offset=0, chunks=[b"half"])
    assert len(belongings.evidence_of(cast.acme.pk)) == 2
    closed(cast, settings)
    deletion.delete(cast.acme.pk)
    assert (everything(), receipts.find(cast.acme.pk).files) == ([], 3)


def test_store_without_versions_is_named_in_the_receipt(cast, full, settings, monkeypatch):
    closed(cast, settings)

    def refuse(self, beginnings):
        raise bucket.DeniedError

    monkeypatch.setattr(bucket.Bucket, "purge", refuse)
    deletion.delete(cast.acme.pk)
    found = receipts.find(cast.acme.pk)
    assert found.stays == "unknown"
    assert "does not say whether" in found.stays_in_words()


def test_backup_holds_the_files_and_names_missing_ones(cast, full, tmp_path):
    path, said = backup.make(tmp_path / "one.zip")
    assert said.missing == []
    with zipfile.ZipFile(path) as file:
        name = f"files/{cast.acme.pk}/{full.proof.sha256}"
        assert file.read(name) == b"Acme's own"
    file_store.delete(everything())
    assert len(backup.make(tmp_path / "two.zip")[1].missing) == 2


def test_backup_is_not_made_while_the_store_is_away(full, s3, tmp_path):
    s3.fault = "gone"
    with pytest.raises(AwayError):
        backup.make(tmp_path / "one.zip")
    assert list(tmp_path.glob("*.zip*")) == []


def test_quota_asks_nothing_of_the_store(cast, full, s3):
    s3.asked.clear()
    report = Report.objects.get()
    assert room.kept_by(organisation=cast.acme) == {"Reports": report.size_bytes}
    assert s3.asked == []
