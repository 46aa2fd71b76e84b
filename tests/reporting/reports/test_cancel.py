"""A report is cancelled by who asked or an officer, and leaves nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from compliance.models import Report
from compliance.proof.audit.models import Event
from compliance.reporting.reports import actions, storage
from compliance.reporting.reports.actions import CancelledError
from tests.reporting.reports.conftest import FILE
from tests.support.factories import make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def report(cast):
    assessment = make_assessment(cast.acme, cast.ada)
    return actions.ask_report(by=cast.rob, assessment=assessment)


def events(report):
    events = Event.objects.filter(scope_id=report.assessment_id).order_by("seq")
    return list(events.values_list("action", flat=True))


def post(client, report, org="acme"):
    return client.post(reverse("reports:cancel", args=[org, report.pk]))


def test_waiting_report_that_is_cancelled_is_never_made(cast, report, quick_files):
    actions.cancel_report(by=cast.rob, report=report)
    assert actions.make_report(report.pk).status == "cancelled"
    assert events(report) == ["report.asked", "report.cancelled"]
    assert list(storage.folder().iterdir()) == []


def test_report_cancelled_while_it_is_made_leaves_no_file(cast, report, monkeypatch):
    def render(pieces, css, path, listen, attachments, **_):
        path.write_bytes(FILE[:5])
        actions.cancel_report(by=cast.rob, report=report)
        listen("Laying out page 7", 40)
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(actions, "render", render)
    assert actions.make_report(report.pk).status == "cancelled"
    assert events(report) == ["report.asked", "report.cancelled"]
    assert list(storage.folder().iterdir()) == []


def test_report_cancelled_at_the_last_moment_leaves_no_file(cast, report, quick_files, monkeypatch):
    def seal(path):
        actions.cancel_report(by=cast.rob, report=report)
        return "5ea1" * 16

    monkeypatch.setattr(actions, "seal", seal)
    assert actions.make_report(report.pk).status == "cancelled"
    assert events(report) == ["report.asked", "report.cancelled"]
    assert list(storage.folder().iterdir()) == []


def test_failure_after_cancelling_changes_nothing(cast, report, monkeypatch):
    def render(*_, **__):
        actions.cancel_report(by=cast.rob, report=report)
        raise actions.RenderError("Stopped.")

    monkeypatch.setattr(actions, "render", render)
    assert actions.make_report(report.pk).status == "cancelled"
    assert events(report) == ["report.asked", "report.cancelled"]


def test_what_is_over_is_not_cancelled(cast, report, quick_files):
    actions.make_report(report.pk)
    with pytest.raises(ValidationError, match="cannot be cancelled"):
        actions.cancel_report(by=cast.rob, report=report)
    assert Report.objects.get().status == "done"


def test_listener_hears_of_it(cast, report):
    Report.objects.update(step="Reading answers")
    listen = actions._progress(report)
    listen("Laying out page 7", 40)
    actions.cancel_report(by=cast.rob, report=report)
    with pytest.raises(CancelledError):
        actions._progress(report)("Laying out page 8", 41)


def test_who_asked_cancels_it_on_its_page(cast, sign_in, report):
    client = sign_in(cast.rob)
    detail = reverse("reports:detail", args=["acme", report.pk])
    assert "Cancel this report" in client.get(detail).text
    assert post(client, report).url == detail
    text = client.get(detail).text
    assert "Cancelled" in text
    assert "Cancel this report" not in text
    assert "Ask for it again" in text


def test_officer_cancels_it_and_a_colleague_does_not(cast, sign_in, report):
    page = sign_in(cast.con).get(reverse("reports:detail", args=["acme", report.pk]))
    assert "Cancel this report" not in page.text
    assert post(sign_in(cast.con), report).status_code == 403
    assert post(sign_in(cast.otto), report).status_code == 302
    assert Report.objects.get().status == "cancelled"


def test_cancelling_twice_is_refused(cast, sign_in, report):
    client = sign_in(cast.rob)
    post(client, report)
    text = client.get(post(client, report).url).text
    assert "cannot be cancelled" in text
    assert events(report) == ["report.asked", "report.cancelled"]


def test_report_of_another_organisation_is_not_found(cast, sign_in, report):
    assert post(sign_in(cast.zoe), report).status_code == 404
    assert post(sign_in(cast.zoe), report, "other").status_code == 404
    assert Report.objects.get().status == "waiting"


def test_what_a_killed_process_left_is_swept_and_what_has_a_row_stays(report, quick_files):
    kept = storage.path_of(actions.make_report(report.pk).sha256)
    left = storage.folder() / ".part-of-a-dead-worker"
    left.mkdir()
    for name in (kept.name, "lost.pdf", "report"):
        (left / name).write_bytes(FILE)
    (storage.folder() / "lost.pdf").write_bytes(FILE)
    call_command("sweep_files")
    assert list(storage.folder().iterdir()) == [kept]
