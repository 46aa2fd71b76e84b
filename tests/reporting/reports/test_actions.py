"""A report is asked for, made, or fails in words."""

import errno
import hashlib

import pytest
from django.db import IntegrityError

from compliance.ground.web import staging
from compliance.models import Report
from compliance.proof.audit.models import Event
from compliance.proof.press.api import NO_ROOM, RenderError
from compliance.reporting.reports import actions, storage
from tests.reporting.reports.conftest import FILE
from tests.support.factories import make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


def events(assessment):
    return list(Event.objects.filter(scope_id=assessment.pk).order_by("seq").values_list("action", flat=True))


def test_reports_of_an_assessment_are_numbered(cast, assessment):
    numbers = [actions.ask_report(by=cast.rob, assessment=assessment).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert events(assessment) == ["report.asked"] * 3


def test_made_report_has_its_file_under_its_hash(cast, assessment, quick_files):
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    report = actions.make_report(asked.pk)
    assert (report.status, report.pages, report.size_bytes) == ("done", 12, len(FILE))
    assert report.sha256 == hashlib.sha256(FILE).hexdigest()
    assert storage.path_of(report.sha256).read_bytes() == FILE
    assert events(assessment) == ["report.asked", "report.made"]
    assert Report.objects.get().content_hash == report.content_hash != ""


def test_making_again_changes_nothing(cast, assessment, quick_files):
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    actions.make_report(asked.pk)
    actions.make_report(asked.pk)
    assert events(assessment) == ["report.asked", "report.made"]


def test_report_of_a_dead_worker_is_taken_up_again(cast, assessment, quick_files):
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    Report.objects.update(step="Laying out page 7")
    assert actions.make_report(asked.pk).status == "done"


def test_report_that_cannot_be_made_says_why(cast, assessment, monkeypatch):
    def too_long(*args, **more):
        raise RenderError("The report took longer than 2 seconds and was stopped.")

    monkeypatch.setattr(actions, "render", too_long)
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    report = actions.make_report(asked.pk)
    assert report.status == "failed"
    assert report.problem == "The report took longer than 2 seconds and was stopped."
    assert events(assessment) == ["report.asked", "report.failed"]
    assert list(storage.folder().glob(f"{staging.PREFIX}*")) == []


def test_fault_of_the_program_fails_the_report_and_is_raised(cast, assessment, monkeypatch):
    monkeypatch.setattr(actions, "render", lambda *args, **more: 1 / 0)
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    with pytest.raises(ZeroDivisionError):
        actions.make_report(asked.pk)
    assert Report.objects.get().status == "failed"
    assert list(storage.folder().glob(f"{staging.PREFIX}*")) == []


def test_asking_leaves_nothing_behind_when_the_trail_refuses(cast, assessment, monkeypatch):
    def refuse(**fields):
        raise IntegrityError

    monkeypatch.setattr(actions.trail, "record", refuse)
    with pytest.raises(IntegrityError):
        actions.ask_report(by=cast.rob, assessment=assessment)
    assert not Report.objects.exists()


def test_progress_is_kept_with_the_report(cast, assessment):
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    Report.objects.update(step="Reading answers")
    actions._progress(asked)("Laying out page 7", 40)
    report = Report.objects.get()
    assert (report.step, report.done_percent) == ("Laying out page 7", 40)


@pytest.mark.slow
def test_full_disk_fails_the_report_in_words_and_it_is_made_when_there_is_room(
    cast, assessment, quick_files, monkeypatch
):
    def refuse(*given):
        raise OSError(errno.ENOSPC, "no space")

    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    before = set(storage.folder().iterdir())
    monkeypatch.setattr(staging.os, "link", refuse)
    with pytest.raises(OSError, match="no space"):
        actions.make_report(asked.pk)
    report = Report.objects.get()
    assert (report.status, report.problem) == ("failed", NO_ROOM)
    assert set(storage.folder().iterdir()) == before
    monkeypatch.undo()
    assert actions.ask_report(by=cast.rob, assessment=assessment).number == 2


@pytest.mark.slow
def test_runaway_becomes_a_failed_report(cast, assessment, settings):
    settings.REPORT_SECONDS = 1
    assessment.answers.update(note="word " * 19_000, verdict="met")
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    report = actions.make_report(asked.pk)
    assert (report.status, report.sha256) == ("failed", "")
    assert "longer than 1 seconds" in report.problem
