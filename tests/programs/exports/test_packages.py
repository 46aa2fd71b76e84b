"""Bundles and audit packs: asked for, made, checked with ordinary tools, and gone."""

import hashlib
import io
import os
import subprocess
import sys
import time
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import KEPT_FOR
from compliance.content.evidence import storage
from compliance.identity.organisations import actions as people
from compliance.models import Event, Package, Report
from compliance.programs.exports import actions as packages
from compliance.programs.exports import tasks
from compliance.programs.exports.audit_pack import name_of
from compliance.proof.audit import verification
from compliance.reporting.reports import tasks as reporting
from compliance.work.assessments.actions import save_answer
from compliance.work.proposals.actions import set_aside
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import brought_in, hash_of, make_everything
from tests.support.factories import PASSWORD, begin_chains, make_proposal

pytestmark = pytest.mark.slow
SURE = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    cache.clear()  # of tries
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR.mkdir()


@pytest.fixture
def full(cast):
    return make_everything(cast)


@pytest.fixture
def report(full, cast):
    """A report that says what stands, as far as a pack looks at one."""
    content = b"%PDF-1.7 a report"
    sha256 = hashlib.sha256(content).hexdigest()
    packages.storage.path_of(sha256).write_bytes(content)
    return Report.objects.create(
        assessment=full,
        number=1,
        status="done",
        asked_by=cast.ada,
        finished_at=timezone.now(),
        content_hash=hash_of(full),
        sha256=sha256,
        size_bytes=len(content),
        sealed_with="5ea1" * 16,
    )


def made(full, by, kind="pack"):
    asked = packages.ask_package(by=by, assessment=full, kind=kind)
    return packages.make_package(asked.pk)


def unpacked(package, folder):
    with zipfile.ZipFile(package_store.path_of(package.sha256)) as archive:
        archive.extractall(folder)
    return folder


def run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def check_trail(folder):
    return run(
        folder,
        sys.executable,
        "-I",
        "-c",
        "import sys; sys.path.insert(0, '.');"
        "import runpy; sys.argv = ['check_trail.py', 'trail.jsonl'];"
        "runpy.run_path('check_trail.py', run_name='__main__')",
    )


def test_pack_is_checked_with_ordinary_tools(full, report, cast, tmp_path):
    folder = unpacked(made(full, cast.rev), tmp_path / "pack")
    checked = run(folder, "sha256sum", "-c", "SHA256SUMS")
    assert (checked.returncode, "FAILED" in checked.stdout) == (0, False)
    checked = check_trail(folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    there = {name for name in there if "__pycache__" not in name}
    assert there - listed == {"SHA256SUMS"}


def test_pack_holds_the_report_and_the_files_under_their_names(full, report, cast, tmp_path):
    folder = unpacked(made(full, cast.rev), tmp_path / "pack")
    assert (folder / "report.pdf").read_bytes() == b"%PDF-1.7 a report"
    (file,) = [one for one in content_of(to_read(full.pk)).proofs if one.sha256]
    kept = (folder / name_of(file)).read_bytes()
    with storage.open_kept(cast.acme.pk, file.sha256) as there:
        assert kept == there.read()
    assert "https://intranet.example.org/policy" in (folder / "content/evidence/links.txt").read_text()
    words = (folder / "README.txt").read_text()
    assert "Acme <b>& Sons, Acme" in words
    assert hash_of(full) in words


def test_pack_says_how_the_seal_is_compared_and_has_the_program(full, report, cast, settings, tmp_path):
    settings.URL = "https://attest.example"
    folder = unpacked(made(full, cast.rev), tmp_path / "pack")
    words = (folder / "README.txt").read_text()
    assert "--certificate FINGERPRINT" in words
    assert "--trail trail.jsonl" in words
    assert report.sealed_with in words
    assert "Do not take it from here" in words
    assert "https://attest.example/verify/" in words
    assert "opens on the server alone" not in words
    verified = run(folder, sys.executable, "-E", "-s", "verify_report.py", "report.pdf")
    cut_off = "The PDF cannot be read: it is cut off, damaged or changed.\n"
    assert (verified.returncode, verified.stdout, verified.stderr) == (2, cut_off, "")


def test_pack_warns_of_an_address_that_nobody_else_can_open(full, cast, settings, tmp_path):
    settings.URL = "http://127.0.0.1:8000"
    words = (unpacked(made(full, cast.rev), tmp_path / "pack") / "README.txt").read_text()
    assert "http://127.0.0.1:8000/verify/\n   That address opens on the server" in words


def test_bundle_of_a_pack_is_brought_in(full, report, cast, tmp_path):
    folder = unpacked(made(full, cast.rev), tmp_path / "pack")
    came = brought_in((folder / "bundle.zip").read_bytes(), cast.other)
    assert hash_of(came) == hash_of(full)


def test_pack_leaves_out_texts_that_never_became_part_of_an_answer(full, report, cast, tmp_path):
    answer = full.answers.get(question__key="Q2")
    proposal = make_proposal(answer, cast.con, {"note": "Secret 1."}, why="Secret 2.")
    where = {"organisation": cast.acme, "assessment_id": full.pk}
    set_aside(
        by=cast.ada,
        answer_id=answer.pk,
        proposal_id=proposal.pk,
        reason="Secret 3.",
        **where,
    )
    stale = {"answer_id": answer.pk, "base": answer.version, **where}
    save_answer(by=cast.ada, changes={"note": "Saved."}, **stale)
    save_answer(by=cast.con, changes={"note": "Secret 4."}, **stale)
    Report.objects.update(content_hash=hash_of(full))
    inside = ("answer.proposed", "answer.proposal_set_aside", "answer.refused")
    assert all("Secret" in e.payload for e in Event.objects.filter(action__in=inside))
    folder = unpacked(made(full, cast.rev), tmp_path / "pack")
    unpacked_bundle = folder / "opened"
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        archive.extractall(unpacked_bundle)
    for trail in [folder / "trail.jsonl", *unpacked_bundle.rglob("*.jsonl")]:
        lines = trail.read_text()
        assert all(f'"{action}"' in lines for action in inside)
        assert "Saved." in lines
        assert "Secret" not in lines
    checked = check_trail(folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    came = brought_in((folder / "bundle.zip").read_bytes(), cast.other, cast.zoe)
    assert hash_of(came) == hash_of(full)
    begin_chains()
    call_command("verify_trail")


def test_same_state_makes_the_same_pack(full, report, cast):
    record = packages.bundle_export.read(full.pk)
    packs = []
    for _ in range(2):
        bundle = package_store.folder() / "bundle"
        with bundle.open("w+b") as file:
            packages.bundle_export.write(record, file)
        out = io.BytesIO()
        packages.write_pack(record, report, bundle, out, lambda *_: None)
        packs.append(out.getvalue())
    assert packs[0] == packs[1]


def test_pack_without_a_report_of_now_has_one_made(full, cast, monkeypatch):
    asked = []

    def make(report_id, _step):
        asked.append(report_id)
        Report.objects.filter(pk=report_id).update(status="failed", problem="No font.")
        return Report.objects.get(pk=report_id)

    monkeypatch.setattr(packages.reports, "make_report", make)
    package = made(full, cast.ada)
    assert (package.status, len(asked)) == ("failed", 1)
    assert package.problem == "The report of the pack was not made. No font."
    assert list(package_store.folder().iterdir()) == []


def test_file_of_evidence_that_is_gone_fails_in_words_and_leaves_nothing(full, cast):
    (file,) = [one for one in content_of(to_read(full.pk)).proofs if one.sha256]
    storage.path_of(cast.acme.pk, file.sha256).unlink()
    package = made(full, cast.ada, "bundle")
    assert package.status == "failed"
    assert "is missing or no longer has the bytes" in package.problem
    assert list(package_store.folder().iterdir()) == []


def test_making_it_twice_makes_it_once(full, cast):
    package = made(full, cast.ada, "bundle")
    again = packages.make_package(package.pk)
    assert again.sha256 == package.sha256
    actions = Event.objects.filter(subject_id=str(package.pk)).order_by("seq")
    assert list(actions.values_list("action", flat=True)) == [
        "package.asked",
        "package.made",
    ]


def test_it_is_asked_for_watched_and_taken_away(full, cast, sign_in):
    client = sign_in(cast.otto)
    page = client.post(f"/o/acme/exports/of/{full.pk}/bundle/", follow=True)
    assert "Waiting for its turn" in page.text
    package = packages.make_package(Package.objects.get().pk)
    assert "Ready" in client.get(package.get_absolute_url()).text
    file = client.post(f"{package.get_absolute_url()}file/", SURE)
    assert file["Content-Disposition"].startswith('attachment; filename="attest-bundle-')
    assert zipfile.is_zipfile(io.BytesIO(file.getvalue()))
    event = Event.objects.filter(action="package.downloaded").get()
    assert (event.actor, event.scope_id) == (cast.otto, full.pk)
    assert "ready" in client.get(f"/o/acme/exports/of/{full.pk}/").text


@pytest.mark.parametrize("typed", [{}, {"password": "wrong"}])
def test_session_alone_takes_nothing_away(full, cast, sign_in, typed):
    package = made(full, cast.otto, "bundle")
    client, url = sign_in(cast.otto), f"{package.get_absolute_url()}file/"
    assert client.get(url).status_code == 200
    page = client.post(url, typed)
    assert (page.status_code, page["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert not Event.objects.filter(action="package.downloaded").exists()


def end(cast, row):
    people.remove_member(by=cast.ada, membership=row)


def leave(cast, row):
    people.leave(by=cast.otto, membership=row)


def lower(cast, row):
    people.change_role(by=cast.ada, membership=row, role="auditor")


@pytest.mark.parametrize("how", [end, leave, lower], ids=lambda f: f.__name__)
def test_files_of_somebody_who_goes_are_not_made(full, cast, how):
    packs = [
        tasks.ask_package(by=by, assessment=full, kind=kind)
        for by in (cast.otto, cast.ada)
        for kind in ("bundle", "pack")
    ]
    reports = [reporting.ask(by=by, assessment=full) for by in (cast.otto, cast.ada)]
    how(cast, cast.acme.memberships.get(user=cast.otto))
    for row in (*packs, *reports):
        row.refresh_from_db()
        ends = row.asked_by == cast.otto
        assert row.status == ("cancelled" if ends else "waiting")
    assert packages.make_package(packs[0].pk).status == "cancelled"
    assert verification.verify(cast.acme.pk) is None


def test_role_that_still_may_keeps_its_files(full, cast):
    pack, bundle = [
        tasks.ask_package(by=cast.otto, assessment=full, kind=kind) for kind in ("pack", "bundle")
    ]
    row = cast.acme.memberships.get(user=cast.otto)
    people.change_role(by=cast.ada, membership=row, role="reviewer")
    for package in (pack, bundle):
        package.refresh_from_db()
    assert (pack.status, bundle.status) == ("waiting", "cancelled")


def test_nobody_else_sees_it(full, cast, sign_in):
    package = made(full, cast.otto, "bundle")
    for person in (cast.ada, cast.rev, cast.zoe):
        client = sign_in(person)
        assert client.get(package.get_absolute_url()).status_code == 404
        assert client.post(f"{package.get_absolute_url()}file/", SURE).status_code == 404


def test_right_that_was_taken_away_counts_at_once(full, cast, sign_in):
    package = made(full, cast.otto, "bundle")
    cast.otto.memberships.update(role="reviewer")
    client = sign_in(cast.otto)
    assert client.post(f"{package.get_absolute_url()}file/", SURE).status_code == 404


def test_after_a_day_the_file_is_gone(full, cast, sign_in):
    package = made(full, cast.otto, "bundle")
    path = package_store.path_of(package.sha256)
    assert package_store.sweep() == 0
    old = time.time() - KEPT_FOR.total_seconds() - 1
    os.utime(path, (old, old))
    assert (package_store.sweep(), path.exists()) == (1, False)
    Package.objects.update(finished_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    client = sign_in(cast.otto)
    assert "Attest deleted the file on" in client.get(package.get_absolute_url()).text
    assert client.post(f"{package.get_absolute_url()}file/", SURE).status_code == 404
