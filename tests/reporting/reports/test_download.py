"""The file of a report goes out as a file and nothing else."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from compliance.ground.web.bucket import AwayError
from compliance.reporting.reports import actions, page_pictures, storage
from tests.reporting.reports.conftest import FILE
from tests.support.factories import make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def report(cast, quick_files):
    assessment = make_assessment(cast.acme, cast.ada)
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    return actions.make_report(asked.pk)


def download(client, report, org="acme"):
    return client.get(reverse("reports:download", args=[org, report.pk]))


def test_file_is_sent_as_attachment_in_a_sandbox(cast, sign_in, report):
    response = download(sign_in(cast.rob), report)
    assert b"".join(response.streaming_content) == FILE
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "no-store"


def test_report_that_is_not_ready_has_no_file(cast, sign_in):
    assessment = make_assessment(cast.acme, cast.ada)
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    assert download(sign_in(cast.rob), asked).status_code == 404


def test_lost_file_is_not_found(cast, sign_in, report):
    storage.path_of(report.sha256).unlink()
    assert download(sign_in(cast.rob), report).status_code == 404


def test_changed_file_is_not_sent(cast, sign_in, report):
    """Of an auditor's, the trail would say that the sealed one was taken."""
    storage.path_of(report.sha256).write_bytes(FILE + b"!")
    reply = download(sign_in(cast.rob), report)
    assert reply.status_code == 503
    assert "is no longer the report that was sealed" in reply.text
    with pytest.raises(AwayError):
        page_pictures.pages_of(report)


def test_file_of_another_organisation_is_not_found(cast, sign_in, report):
    assert download(sign_in(cast.zoe), report, "other").status_code == 404


def test_file_and_folder_are_for_their_owner_only(report):
    assert storage.path_of(report.sha256).stat().st_mode & 0o777 == 0o600
    assert storage.folder().stat().st_mode & 0o777 == 0o700


def test_report_that_failed_at_its_last_step_leaves_no_file(cast, quick_files):
    """The event could not be written, so no row says that there is a file."""
    assessment = make_assessment(cast.acme, cast.ada)
    asked = actions.ask_report(by=cast.rob, assessment=assessment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "_end", broken_once(actions._end))
        with pytest.raises(OperationalError):
            actions.make_report(asked.pk)
    asked.refresh_from_db()
    assert (asked.status, asked.sha256, asked.sealed_with) == ("failed", "", "")
    assert list(storage.folder().iterdir()) == []


def broken_once(end):
    calls = []

    def broken(*given):
        calls.append(given)
        if len(calls) == 1:
            raise OperationalError
        end(*given)

    return broken
