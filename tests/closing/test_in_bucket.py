"""All of an organisation in a bucket: packed, backed up, and deleted with it."""

import zipfile
from types import SimpleNamespace

import pytest

from compliance.backups import backup
from compliance.bundles import download_store
from compliance.closing import actions, belongings
from compliance.closing.archive_store import archive_store
from compliance.models import Report
from compliance.pictures import drawing
from compliance.reports import room
from compliance.web import file_store
from compliance.web.bucket import AwayError
from tests import seating
from tests.factories import make_assessment

pytestmark = pytest.mark.slow


@pytest.fixture
def full(cast, s3, settings):
    settings.CHECKPOINTS_DIR = settings.DATA_DIR / "checkpoints"
    proof = seating.make_proof(cast.acme, cast.ada, b"Acme's own")
    report = seating.make_report(make_assessment(cast.acme, cast.ada), cast.ada)
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
    other = seating.make_proof(cast.other, cast.zoe, b"of another")
    made(cast)
    (drawing.folder() / f"{full.proof.sha256}-1-1-320.zip").write_bytes(b"picture")
    files = belongings.files_of(cast.acme.pk)
    assert len(files) + len(belongings.evidence_of(cast.acme.pk)) == 4
    belongings.remove(cast.acme.pk, files)
    assert [path.name for path in everything()] == [other.sha256]
    assert not list(drawing.folder().iterdir())


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
