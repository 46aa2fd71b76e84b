"""The archive of an organisation: everything is in it, no secret is, every owner may have it."""

import json
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.bundles import bundle_export
from compliance.assurance.bundles.process import opened
from compliance.content.evidence import storage
from compliance.ground.web.bucket import AwayError
from compliance.identity.tokens.actions import make_token
from compliance.models import (
    Assessment,
    Event,
    Evidence,
    Membership,
    Organisation,
    Report,
    Token,
)
from compliance.operations.closing import actions, tasks
from compliance.operations.closing.archive import BESIDE
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.models import Archive
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import checkpoints, verification
from compliance.reporting.reports import storage as reports
from compliance.reporting.reports.actions import CancelledError
from tests.assurance.bundles.making import make_everything, publish
from tests.support import auditor_seats, signing
from tests.support.factories import PASSWORD, make_member

pytestmark = pytest.mark.slow
SURE = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR.mkdir()


@pytest.fixture
def full(cast):
    """A running and a signed assessment, a report, a token."""
    here = make_everything(cast)
    own = publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme)
    signing.make_signed(cast, own)
    auditor_seats.make_report(here, cast.ada)
    make_token(by=cast.ada, organisation=cast.acme, name="Export", scopes=["report"], days=5)
    return here


def made(cast):
    archive, _ = actions.ask_archive(by=cast.ada, organisation=cast.acme)
    actions.make_archive(archive.pk)
    archive.refresh_from_db()
    return archive


@pytest.fixture
def unpacked(full, cast, tmp_path):
    archive = made(cast)
    assert archive.problem == ""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(archive_store.path_of(archive.sha256)) as file:
        file.extractall(folder)
    return folder


def run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_name_of_the_file_has_the_day_of_the_installation():
    """The page beside it says that day, too."""
    made = datetime(2026, 12, 31, 20, tzinfo=UTC)
    archive = Archive(organisation=Organisation(slug="acme"), finished_at=made)
    with timezone.override("Asia/Tokyo"):
        assert archive.file_name == "attest-acme-2027-01-01.zip"


def test_every_part_has_its_hash(unpacked):
    done = run(unpacked, "sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS")
    assert (done.returncode, done.stderr) == (0, "")
    listed = {line.split("  ")[1] for line in (unpacked / "SHA256SUMS").read_text().splitlines()}
    there = {str(one.relative_to(unpacked)) for one in unpacked.rglob("*") if one.is_file()}
    assert there == listed | {"SHA256SUMS"}


def test_every_row_is_there(unpacked, cast):
    counts = {
        model._meta.model_name: rows_of(model, cast.acme.pk).count()
        for model in owned()
        if (unpacked / f"tables/{model._meta.model_name}.jsonl").exists()
    }
    lines = {one.stem: len(one.read_text().splitlines()) for one in (unpacked / "tables").iterdir()}
    assert {one._meta.model_name for one in BESIDE} <= set(lines)
    assert lines["answer"] > 5
    # The making itself is an event more, and its own row is done by then.
    assert lines == counts


def test_each_assessment_is_a_bundle_that_another_installation_reads(unpacked, cast):
    index = json.loads((unpacked / "index.json").read_text())
    assert index["missing"] == []
    assert len(index["assessments"]) == Assessment.objects.count()
    for one in index["assessments"]:
        with (unpacked / one["file"]).open("rb") as file, opened(file) as bundle:
            assert bundle.head["content_hash"] == one["content_hash"]
    assert len(list((unpacked / "checklists").iterdir())) == len(index["checklists"])


def test_evidence_and_reports_are_there_byte_for_byte(unpacked, cast):
    index = json.loads((unpacked / "index.json").read_text())
    kept = set(Evidence.objects.exclude(sha256="").values_list("sha256", flat=True))
    assert {one["sha256"] for one in index["evidence"]} == kept
    for one in index["evidence"]:
        own = storage.path_of(cast.acme.pk, one["sha256"]).read_bytes()
        assert (unpacked / one["file"]).read_bytes() == own
    [report] = index["reports"]
    own = reports.path_of(Report.objects.get(status="done").sha256).read_bytes()
    assert (unpacked / report["file"]).read_bytes() == own


def test_the_trail_in_it_is_checked_without_attest(unpacked, cast):
    key = checkpoints.verifier(cast.acme.pk)
    done = run(unpacked, sys.executable, "check_trail.py", "trail.jsonl", "--key", key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Signed checkpoints agree" in done.stdout


def test_no_secret_is_in_it(unpacked, cast):
    text = "".join(one.read_text() for one in (unpacked / "tables").iterdir())
    assert Token.objects.get().token_hash not in text
    assert "token_hash" not in text
    people = json.loads((unpacked / "people.json").read_text())
    assert {"email", "role"} <= set(next(p for p in people if p["id"] == cast.ada.pk))
    assert all(set(one) <= {"id", "name", "email", "role"} for one in people)


def test_nothing_of_another_organisation_is_in_it(unpacked, cast):
    for one in unpacked.rglob("*"):
        if one.is_file():
            assert cast.zoe.email.encode() not in one.read_bytes()
            assert str(cast.other.pk).encode() not in one.read_bytes()


def test_a_damaged_file_is_listed_and_stops_nothing(full, cast, tmp_path):
    sha256 = Evidence.objects.exclude(sha256="").first().sha256
    storage.path_of(cast.acme.pk, sha256).write_bytes(b"other")
    archive = made(cast)
    assert archive.status == "done"
    with zipfile.ZipFile(archive_store.path_of(archive.sha256)) as file:
        missing = json.loads(file.read("index.json"))["missing"]
        readme = file.read("README.txt").decode()
    assert any(sha256 in one["file"] for one in missing)
    assert "WHAT IS MISSING" in readme


def test_two_owners_who_ask_get_one_archive(full, cast):
    Membership.objects.filter(user=cast.otto).update(role="owner")
    first = tasks.ask_archive(by=cast.ada, organisation=cast.acme)
    assert tasks.ask_archive(by=cast.otto, organisation=cast.acme) == first
    asked = Event.objects.filter(action="archive.asked")
    assert asked.count() == 1


def test_cancelled_while_it_is_made_leaves_no_file(full, cast, monkeypatch):
    archive, _ = actions.ask_archive(by=cast.ada, organisation=cast.acme)

    def cancelled(*_):
        actions.cancel_archive(by=cast.ada, archive=archive)
        raise CancelledError

    monkeypatch.setattr(actions, "write_archive", cancelled)
    actions.make_archive(archive.pk)
    archive.refresh_from_db()
    assert archive.status == "cancelled"
    assert list(archive_store.folder().iterdir()) == []
    with pytest.raises(ValidationError, match="already ended"):
        actions.cancel_archive(by=cast.ada, archive=archive)


FAULT = (
    "The archive could not be made: a fault of the program, recorded in its log."
    " Nothing else is affected. Ask for it again."
)


def test_a_fault_of_the_program_is_shown_and_raised(full, cast, monkeypatch):
    archive, _ = actions.ask_archive(by=cast.ada, organisation=cast.acme)
    monkeypatch.setattr(actions, "write_archive", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.make_archive(archive.pk)
    archive.refresh_from_db()
    assert (archive.status, archive.problem) == ("failed", FAULT)


def test_another_owner_downloads_it_and_the_trail_says_so(full, cast, sign_in):
    archive = made(cast)
    Membership.objects.filter(user=cast.otto).update(role="owner")
    client = sign_in(cast.otto)
    page = client.get(archive.get_absolute_url())
    assert "Download the ZIP" in page.text
    reply = client.post(f"{archive.get_absolute_url()}file/", SURE)
    body = reply.getvalue()
    assert body[:2] == b"PK"
    assert len(body) == archive.size_bytes
    last = Event.objects.filter(organisation_id=cast.acme.pk).order_by("seq").last()
    assert (last.action, last.actor) == ("archive.downloaded", cast.otto)
    assert verification.verify(cast.acme.pk) is None


def test_its_days_over_the_file_is_gone(full, cast, sign_in, settings, monkeypatch):
    archive = made(cast)
    path = archive_store.path_of(archive.sha256)
    assert archive_store.sweep() == 0
    later = time.time() + settings.ARCHIVE_DAYS * 86400 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert archive_store.sweep() == 1
    assert not path.exists()
    monkeypatch.undo()
    reply = sign_in(cast.ada).post(f"{archive.get_absolute_url()}file/", SURE)
    assert reply.status_code == 404
    page = sign_in(cast.ada).get(archive.get_absolute_url()).text
    assert "The file is no longer there" in page
    past = timezone.now() - timedelta(days=settings.ARCHIVE_DAYS)
    Archive.objects.update(finished_at=past)
    page = sign_in(cast.ada).get(archive.get_absolute_url()).text
    assert "Attest deleted the file on" in page


def test_a_killed_maker_is_followed_by_the_next(full, cast):
    archive, _ = actions.ask_archive(by=cast.ada, organisation=cast.acme)
    desk = archive_store.folder() / ".part-killed"
    desk.mkdir()
    (desk / "archive").write_bytes(b"half")
    actions.make_archive(archive.pk)
    assert Archive.objects.get().status == "done"
    assert not desk.exists()


def test_new_archive_takes_the_place_of_the_last(full, cast, sign_in):
    first = made(cast)
    theirs, _ = actions.ask_archive(by=cast.zoe, organisation=cast.other)
    actions.make_archive(theirs.pk)
    theirs.refresh_from_db()
    second = made(cast)
    there = {path.stem for path in archive_store.folder().glob("*.zip")}
    assert there == {second.sha256, theirs.sha256}
    client = sign_in(cast.ada)
    page = " ".join(client.get(first.get_absolute_url()).text.split())
    assert "The file is no longer there" in page
    assert "Kept until" in client.get(second.get_absolute_url()).text
    page = " ".join(client.get("/o/acme/organisation/").text.split())
    assert (page.count(": ready, "), page.count(": deleted </li>")) == (1, 1)


def test_files_whose_hashes_begin_alike_do_not_hide_each_other(full, cast):
    rows = Evidence.objects.filter(organisation=cast.acme).exclude(sha256="")
    names = set()
    archive = made(cast)
    with zipfile.ZipFile(archive_store.path_of(archive.sha256)) as file:
        index = json.loads(file.read("index.json"))
    for one in index["evidence"]:
        assert one["file"].startswith(f"evidence/{one['sha256']} ")
        names.add(one["file"].lower())
    assert len(names) == rows.values("sha256").distinct().count()


def test_bundle_that_only_could_not_be_read_is_not_called_missing(full, cast, monkeypatch):
    """The store of files is away for a moment, and answers again."""

    def away(path):
        raise AwayError

    monkeypatch.setattr(bundle_export, "file_store", SimpleNamespace(chunks=away))
    with pytest.raises(AwayError):
        made(cast)
    archive = cast.acme.archives.get()
    assert (archive.status, archive.sha256) == ("failed", "")
    assert "cannot be reached" in archive.problem


def test_archive_that_may_hold_the_name_is_listed_for_whom_is_erased(full, cast):
    """Whether they were there before it was made: it has every member and the trail."""
    archive = made(cast)
    path = str(archive_store.path_of(archive.sha256))
    plan = erase_person(by=None, person=cast.rob, is_dry=True)
    assert [one for one in plan.files if path in one] == [
        f"Acme: archive of the organisation, {archive.finished_at:%Y-%m-%d}, {path}"
    ]
    make_member(cast.other, "owner")
    assert path not in str(erase_person(by=None, person=cast.zoe, is_dry=True).files)
    archive_store.path_of(archive.sha256).unlink()
    assert path not in str(erase_person(by=None, person=cast.rob, is_dry=True).files)
