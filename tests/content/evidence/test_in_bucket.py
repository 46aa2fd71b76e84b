"""Evidence in a bucket: kept, given, checked and swept there, and refused while it is away."""

import errno
import os
import time
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from compliance.content.evidence import actions, against_disk, storage
from compliance.content.evidence.actions import cleanup
from compliance.ground.web import bucket, file_store
from compliance.ground.web.bucket import AwayError
from compliance.models import Event, Evidence
from compliance.proof.audit.chain_check import Kind
from tests.content.evidence.samples import PDF, flat

pytestmark = pytest.mark.slow
LATER = -10  # seconds: all that is there is old enough


@pytest.fixture
def spoil(s3):
    """``spoil(evidence, content)``: other bytes lie under its hash."""

    def write(evidence, content=b"other"):
        s3.bucket._ask(
            "put_object",
            Key=f"attest/files/{evidence.organisation_id}/{evidence.sha256[:2]}/{evidence.sha256}",
            Body=content,
        )

    return write


def test_file_is_downloaded_with_the_headers_of_a_folder(cast, sign_in, s3, make_file):
    evidence = make_file()
    reply = sign_in(cast.rob).get(f"/o/acme/evidence/{evidence.pk}/file/")
    assert b"".join(reply.streaming_content) == PDF
    assert reply.headers["Content-Length"] == str(len(PDF))
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert 'filename="policy.pdf"' in reply.headers["Content-Disposition"]


def test_nothing_of_it_stays_on_the_disk(s3, make_file, stored):
    make_file()
    assert stored() == []


def test_same_bytes_are_one_object_and_a_damaged_one_is_not_taken_for_them(cast, s3, make_file, spoil):
    evidence = make_file()
    assert make_file().sha256 == evidence.sha256
    spoil(evidence)
    with pytest.raises(storage.StorageError) as refused:
        make_file()
    assert refused.value.code == storage.DAMAGED


def test_damaged_and_missing_objects_are_not_taken_for_a_store_that_is_away(
    cast, sign_in, s3, make_file, spoil
):
    evidence = make_file()
    address = f"/o/acme/evidence/{evidence.pk}/file/"
    rob = sign_in(cast.rob)
    s3.fault = "gone"
    reply = rob.get(address)
    assert reply.status_code == 503
    assert "cannot be reached at the moment" in flat(reply)
    with pytest.raises(AwayError):
        list(against_disk.faults(cast.acme.pk))
    s3.fault = ""
    assert b"".join(rob.get(address).streaming_content) == PDF
    spoil(evidence)
    reply = rob.get(address)
    assert reply.status_code == 503
    assert "restore it from a backup" in flat(reply)
    (fault,) = against_disk.faults(cast.acme.pk)
    assert fault.kind == Kind.FILE
    file_store.delete([storage.path_of(cast.acme.pk, evidence.sha256)])
    assert "missing" in flat(rob.get(address))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE])
def test_disk_that_fails_says_nothing_about_a_file(cast, s3, make_file, monkeypatch, code):
    evidence = make_file()

    def fail(**words):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(bucket, "TemporaryFile", fail)
    with pytest.raises(storage.StorageError, match="cannot be read") as refused:
        storage.open_kept(cast.acme.pk, evidence.sha256)
    assert refused.value.code != storage.DAMAGED
    with pytest.raises(AwayError, match=os.strerror(code)):
        list(against_disk.faults(cast.acme.pk))


@pytest.mark.parametrize("fault", ["busy", "gone"])
def test_upload_while_the_store_is_away_changes_nothing_and_keeps_the_words(cast, sign_in, s3, fault):
    s3.fault = fault
    events = Event.objects.count()
    reply = sign_in(cast.con).post(
        "/o/acme/evidence/add/",
        {"upload": SimpleUploadedFile("policy.pdf", PDF), "title": "Our own words"},
    )
    assert reply.status_code == 503
    page = flat(reply)
    assert "cannot be reached at the moment" in page
    assert "Our own words" in page
    assert (Evidence.objects.count(), Event.objects.count()) == (0, events)


def test_store_that_dies_in_the_middle_of_a_download_sends_no_half(cast, sign_in, s3, make_file):
    evidence = make_file(content=PDF + b"%" + b"x" * 50_000)
    s3.fault, s3.cuts = "cut", -1
    reply = sign_in(cast.rob).get(f"/o/acme/evidence/{evidence.pk}/file/")
    assert reply.status_code == 503
    s3.cuts = 1
    reply = sign_in(cast.rob).get(f"/o/acme/evidence/{evidence.pk}/file/")
    assert len(b"".join(reply.streaming_content)) == evidence.size_bytes


def test_sweep_takes_what_no_row_names(cast, s3, make_file):
    evidence = make_file()
    orphan = storage.keep(cast.acme.pk, [b"nobody's"])
    assert actions.sweep() == 0  # it came just now
    assert actions.sweep(older_seconds=LATER) == 1
    there = file_store.is_there
    assert there(storage.path_of(cast.acme.pk, evidence.sha256))
    assert not there(storage.path_of(cast.acme.pk, orphan.sha256))


@pytest.mark.parametrize("is_new", [False, True])
def test_file_that_a_sweep_takes_in_the_moment_it_is_added_gets_no_row(cast, s3, monkeypatch, is_new):
    upload = SimpleUploadedFile("policy.pdf", PDF)
    if not is_new:
        storage.keep(cast.acme.pk, [PDF])
    keep = storage.keep

    def kept_and_swept(organisation_id, chunks):
        kept = keep(organisation_id, chunks)
        file_store.delete([storage.path_of(organisation_id, kept.sha256)])
        return kept  # as a sweep on another machine would have it

    monkeypatch.setattr(storage, "keep", kept_and_swept)
    with pytest.raises(storage.StorageError, match="add it again"):
        actions.add_file(by=cast.con, organisation=cast.acme, upload=upload)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("step", ["opened_near", "touch"])
def test_file_that_is_swept_while_it_is_looked_at_is_put_again(cast, s3, monkeypatch, step):
    first = storage.keep(cast.acme.pk, [PDF])
    done = getattr(file_store, step)

    def swept(path):
        monkeypatch.setattr(file_store, step, done)
        file_store.delete([path])
        return done(path)

    monkeypatch.setattr(file_store, step, swept)
    again = storage.keep(cast.acme.pk, [PDF])
    assert again == first
    assert again.is_new
    storage.open_kept(cast.acme.pk, again.sha256).close()


def test_installation_that_waits_for_its_restore_keeps_its_bucket(db, s3, monkeypatch):
    kept = storage.keep(UUID(int=1), [PDF])
    sweep = actions.sweep
    monkeypatch.setattr(actions, "sweep", lambda: sweep(older_seconds=LATER))
    call_command("sweep_files")
    assert file_store.is_there(storage.path_of(UUID(int=1), kept.sha256))


def test_sweep_looks_again_before_it_removes(cast, s3, make_file, monkeypatch):
    monkeypatch.setattr(cleanup, "_orphans", _first_all(cleanup._orphans))
    evidence = make_file()
    assert actions.sweep(older_seconds=LATER) == 0
    assert file_store.is_there(storage.path_of(cast.acme.pk, evidence.sha256))


def _first_all(orphans):
    """As if the row had come after the sweep first looked."""
    calls = []

    def found(organisation_id, paths):
        calls.append(paths)
        return paths if len(calls) == 1 else orphans(organisation_id, paths)

    return found


def test_file_of_another_organisation_is_another_object(cast, s3, make_file):
    make_file()
    other = make_file(organisation=cast.other)
    folder = storage.path_of(cast.acme.pk, other.sha256).parent.parent
    assert len(file_store.older(folder, storage.FINISHED, time.time() + 9)) == 1
    storage.remove_all(cast.acme.pk)
    assert file_store.older(folder, storage.FINISHED, time.time() + 9) == []
    assert storage.organisations_with_files() == [cast.other.pk]
    storage.open_kept(cast.other.pk, other.sha256).close()
