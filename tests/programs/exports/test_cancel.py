"""An export is cancelled by the one who asked for it, and leaves nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.assurance.bundles import bundle_export
from compliance.assurance.bundles.download_store import package_store
from compliance.models import Package, Report
from compliance.programs.exports import actions as packages
from compliance.proof.audit import verification
from compliance.proof.audit.models import Event
from compliance.reporting.reports import actions, storage, throttle
from tests.assurance.bundles.making import make_everything
from tests.support.factories import make_assessment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr(throttle, "EVERY_SECONDS", 0)


@pytest.fixture
def package(cast):
    return ask(cast, make_assessment(cast.acme, cast.ada), "bundle")


def ask(cast, assessment, kind):
    return packages.ask_package(by=cast.rev, assessment=assessment, kind=kind)


def events(row):
    events = Event.objects.filter(subject_id=str(row.pk)).order_by("seq")
    return list(events.values_list("action", flat=True))


def cancelled(by, package):
    packages.cancel_package(by=by, package=package)


def assert_nothing_is_left(package):
    assert events(package) == ["package.asked", "package.cancelled"]
    assert list(package_store.folder().iterdir()) == []
    assert verification.verify(package.assessment.organisation_id) is None
    package.refresh_from_db()
    assert (package.status, package.sha256) == ("cancelled", "")


def test_waiting_export_that_is_cancelled_is_never_made(cast, package):
    cancelled(cast.rev, package)
    assert packages.make_package(package.pk).status == "cancelled"
    assert_nothing_is_left(package)


def test_export_cancelled_in_the_middle_of_a_file_stops_at_its_next_piece(cast, monkeypatch):
    package = ask(cast, make_everything(cast), "bundle")
    read = []

    def endless(organisation_id, sha256):
        while len(read) < 1000:
            if len(read) == 3:
                cancelled(cast.rev, package)
            read.append(sha256)
            yield b"x" * 100_000

    monkeypatch.setattr(bundle_export, "chunks_of", endless)
    assert packages.make_package(package.pk).status == "cancelled"
    assert len(read) == 4
    assert_nothing_is_left(package)


def test_export_cancelled_at_the_last_moment_leaves_no_file(cast, package, monkeypatch):
    keep = package_store.keep

    def kept(path, sha256):
        keep(path, sha256)
        cancelled(cast.rev, package)

    monkeypatch.setattr(package_store, "keep", kept)
    assert packages.make_package(package.pk).status == "cancelled"
    assert_nothing_is_left(package)


def test_same_file_of_a_colleague_stays(cast, package, monkeypatch):
    keep, other = package_store.keep, ask(cast, package.assessment, "bundle")
    monkeypatch.setattr(packages.checkpoints, "checkpoint_safely", lambda _: None)

    def kept(path, sha256):
        keep(path, sha256)
        Package.objects.filter(pk=other.pk).update(
            sha256=sha256, status="done", size_bytes=1, finished_at=other.asked_at
        )
        cancelled(cast.rev, package)

    Package.objects.filter(pk=other.pk).update(asked_by=cast.ada)
    monkeypatch.setattr(package_store, "keep", kept)
    packages.make_package(package.pk)
    other.refresh_from_db()
    assert package_store.is_wanted(other)


def test_report_made_for_a_pack_is_cancelled_with_it(cast, monkeypatch):
    package = ask(cast, make_assessment(cast.acme, cast.ada), "pack")

    def render(pieces, css, path, listen, attachments, **_):
        path.write_bytes(b"%PDF")
        cancelled(cast.rev, package)
        listen("Laying out page 7", 40)
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(actions, "render", render)
    assert packages.make_package(package.pk).status == "cancelled"
    assert_nothing_is_left(package)
    assert events(Report.objects.get()) == ["report.asked", "report.cancelled"]
    assert list(storage.folder().iterdir()) == []


def test_steps_of_its_report_are_steps_of_the_pack(cast, monkeypatch):
    package, seen = ask(cast, make_assessment(cast.acme, cast.ada), "pack"), []

    def render(pieces, css, path, listen, attachments, **_):
        listen("Laying out page 7 of 12", 50)
        seen.append(Package.objects.values_list("step", "done_percent").get())
        raise actions.RenderError("No font.")

    monkeypatch.setattr(actions, "render", render)
    assert packages.make_package(package.pk).status == "failed"
    assert seen == [("Laying out page 7 of 12", 20)]


def test_pack_whose_report_was_cancelled_alone_says_so(cast, monkeypatch):
    package = ask(cast, make_assessment(cast.acme, cast.ada), "pack")

    def render(pieces, css, path, listen, attachments, **_):
        actions.cancel_report(by=cast.otto, report=Report.objects.get())
        listen("Laying out page 7", 40)

    monkeypatch.setattr(actions, "render", render)
    made = packages.make_package(package.pk)
    assert made.problem == "The report of the pack was not made. It was cancelled."


def test_what_is_over_is_not_cancelled(cast, package):
    packages.make_package(package.pk)
    with pytest.raises(ValidationError, match="cannot be cancelled"):
        cancelled(cast.rev, package)
    assert Package.objects.get().status == "done"


def test_worker_that_has_to_end_says_so(cast, package, monkeypatch):
    def end(*given):
        raise SystemExit(1)

    monkeypatch.setattr(bundle_export, "read", end)
    with pytest.raises(SystemExit):
        packages.make_package(package.pk)
    assert "program was stopped" in Package.objects.get().problem


def address(name, package, org="acme"):
    return reverse(f"exports:{name}", args=[org, package.pk])


def test_who_asked_cancels_it_on_its_page(cast, sign_in, package):
    client = sign_in(cast.rev)
    page = address("package", package)
    assert "Cancel this file" in client.get(page).text
    assert client.post(address("cancel", package)).url == page
    text = client.get(page).text
    assert "No part of it was kept" in text
    assert "Cancel this file" not in text
    assert "Ask for it again" in text
    client.post(address("cancel", package))
    assert "cannot be cancelled" in client.get(page).text
    assert events(package) == ["package.asked", "package.cancelled"]


def test_nobody_else_cancels_it(cast, sign_in, package):
    for person, org in ((cast.ada, "acme"), (cast.zoe, "acme"), (cast.zoe, "other")):
        reply = sign_in(person).post(address("cancel", package, org))
        assert reply.status_code == 404
    assert Package.objects.get().status == "waiting"


def test_what_was_left_of_its_finished_report_goes_with_the_next_try(cast, package):
    left = storage.folder() / ".part-of-a-dead-worker"
    left.mkdir()
    (left / "answers.csv").write_text("a,b")
    packages.make_package(package.pk)
    assert not left.exists()
