"""An audit pack has the report of what stands: signed as it is, or not signed yet."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from compliance.assurance.bundles.download_store import package_store
from compliance.models import Report
from compliance.programs.exports import actions as packages
from compliance.proof.audit import trail
from compliance.proof.press.api import Made
from compliance.reporting.reports import actions, storage
from compliance.reporting.reports.kinds import FULL, NOW, ReportOptions, State
from compliance.work.assessments.actions import attach
from tests.support import signing
from tests.support.auditor_seats import make_proof

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def quick(settings, tmp_path, monkeypatch):
    """Files hold the word on every page, and are made at once."""
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR.mkdir()

    def render(pieces, _css, path, _listen, _files, **_):
        mark = "DRAFT" if any("DRAFT, not signed" in one for one in pieces) else "signed"
        path.write_text(f"{mark} {Report.objects.count()}")
        return Made(1, {})

    monkeypatch.setattr(actions, "render", render)
    monkeypatch.setattr(actions, "seal", lambda _path: "5ea1" * 16)


def reported(cast, assessment, wanted=FULL, state=NOW):
    asked = actions.ask_report(by=cast.otto, assessment=assessment, wanted=wanted, state=state)
    return actions.make_report(asked.pk)


def packed(cast, assessment):
    asked = packages.ask_package(by=cast.rev, assessment=assessment, kind="pack")
    return packages.make_package(asked.pk)


def report_in(package):
    assert package.problem == ""
    with zipfile.ZipFile(package_store.path_of(package.sha256)) as archive:
        return archive.read("report.pdf").decode()


def readme_of(package):
    assert package.problem == ""
    with zipfile.ZipFile(package_store.path_of(package.sha256)) as archive:
        return archive.read("README.txt").decode()


def test_pack_of_a_signed_assessment_leaves_out_the_draft_from_before(cast):
    assessment = signing.make_sent(cast)
    draft = reported(cast, assessment)
    signing.sign(cast.rev, assessment)
    assert report_in(packed(cast, assessment)) == "signed 2"
    assert Report.objects.first().content_hash == draft.content_hash


def test_pack_of_a_signed_assessment_takes_the_report_of_what_was_signed(cast):
    assessment = signing.make_signed(cast)
    reported(cast, assessment)
    assert [report_in(packed(cast, assessment)) for _ in "ab"] == ["signed 1"] * 2


def test_pack_of_a_draft_takes_the_report_of_it(cast):
    assessment = signing.make_ready(cast)
    reported(cast, assessment)
    assert report_in(packed(cast, assessment)) == "DRAFT 1"


def test_pack_of_a_draft_leaves_out_the_report_of_another_day(cast):
    """More binds today, and evidence may have expired since; what was signed stays."""
    draft, signed = signing.make_ready(cast), signing.make_signed(cast)
    reported(cast, draft)
    reported(cast, signed)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert report_in(packed(cast, draft)) == "DRAFT 3"
        assert report_in(packed(cast, signed)) == "signed 2"


def test_pack_leaves_out_a_report_that_looks_back_on_the_same_answers(cast):
    assessment = signing.make_ready(cast, is_begun=True)
    newest, _ = trail.head_of(assessment.organisation_id)
    reported(cast, assessment, state=State(as_of_seq=newest))
    assert report_in(packed(cast, assessment)) == "DRAFT 2"


def test_pack_leaves_out_a_report_in_another_language(cast):
    assessment = signing.make_ready(cast)
    reported(cast, assessment, wanted=ReportOptions(language="de"))
    assert report_in(packed(cast, assessment)) == "DRAFT 2"


def test_pack_of_a_reopened_assessment_leaves_out_reports_of_the_time_before(cast):
    """Nothing changed, so all of them have one content hash."""
    assessment = signing.make_sent(cast)
    reported(cast, assessment)
    signing.sign(cast.rev, assessment)
    reported(cast, assessment)
    opened = signing.reopen(cast.otto, cast.ada, signing.fresh(assessment))
    package = packed(cast, opened)
    assert report_in(package) == "signed 3"
    assert len({one.content_hash for one in Report.objects.all()}) == 1
    assert package.reports.get().signoff is None


def test_pack_fails_in_words_if_someone_signs_while_its_report_is_made(cast, monkeypatch):
    assessment = signing.make_sent(cast)
    render = actions.render

    def late(*given, **named):
        signing.sign(cast.rev, assessment)
        return render(*given, **named)

    monkeypatch.setattr(actions, "render", late)
    package = packed(cast, assessment)
    assert package.status == "failed"
    assert "Ask for the pack again" in package.problem
    monkeypatch.setattr(actions, "render", render)
    assert report_in(packed(cast, assessment)) == "signed 2"


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_text("other")])
def test_pack_has_a_new_report_where_the_file_of_the_last_is_gone_or_changed(cast, harm):
    assessment = signing.make_ready(cast)
    harm(storage.path_of(reported(cast, assessment).sha256))
    assert report_in(packed(cast, assessment)) == "DRAFT 2"
    assert report_in(packed(cast, assessment)) == "DRAFT 2"


def test_pack_whose_evidence_grew_meanwhile_does_not_name_the_numbers_of_its_report(cast, monkeypatch):
    """They count in the order of first use."""
    assessment = signing.make_ready(cast)
    _, second, *_, last = assessment.answers.order_by("question__position")
    early, late = (make_proof(cast.acme, cast.ada, one) for one in (b"a", b"b"))
    attach(by=cast.con, answer=last, evidence=late)
    render = actions.render

    def meanwhile(*given, **named):
        attach(by=cast.con, answer=second, evidence=early)
        return render(*given, **named)

    monkeypatch.setattr(actions, "render", meanwhile)
    words = readme_of(packed(cast, assessment))
    assert "It differs from the bundle" in words
    assert "is the one in the report" not in words
