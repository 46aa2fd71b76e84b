"""Reports in a bucket: made on the disk, kept there, and not half-way while it is away."""

import pytest

from compliance.ground.web import file_store
from compliance.ground.web.bucket import AwayError
from compliance.models import Report
from compliance.reporting.reports import actions, against_disk, cleanup, storage
from tests.reporting.reports.conftest import FILE
from tests.support.factories import make_assessment

pytestmark = pytest.mark.slow


@pytest.fixture
def asked(cast, s3, quick_files):
    assessment = make_assessment(cast.acme, cast.ada)
    return actions.ask_report(by=cast.ada, assessment=assessment)


def left():
    return list(storage.folder().iterdir())


def test_report_is_an_object_with_the_headers_of_a_file(cast, sign_in, asked):
    report = actions.make_report(asked.pk)
    assert report.is_done
    assert left() == []
    reply = sign_in(cast.ada).get(f"{report.get_absolute_url()}file/")
    assert b"".join(reply.streaming_content) == FILE
    assert reply.headers["Content-Length"] == str(len(FILE))
    assert reply.headers["Content-Security-Policy"].startswith("sandbox")
    assert list(against_disk.faults(cast.acme.pk)) == []
    assert against_disk.gone(cast.acme.pk) == []


def test_report_fails_in_words_while_the_store_is_away(asked, s3):
    s3.fault = "gone"
    with pytest.raises(AwayError):
        actions.make_report(asked.pk)
    asked.refresh_from_db()
    assert asked.status == "failed"
    assert "store of files cannot be reached" in asked.problem
    assert len(left()) == 1  # it may have been sent: whoever works here next looks
    s3.fault = ""
    storage.sweep(actions.is_known)
    assert left() == []
    assert file_store.older(storage.folder(), "*", float("inf")) == []


def test_report_of_a_machine_that_died_is_swept_after_a_day(asked, settings):
    report = actions.make_report(asked.pk)
    orphan = storage.path_of("0" * 64)
    made = settings.DATA_DIR / "made"
    made.write_bytes(FILE)
    file_store.put(made, orphan)
    assert cleanup.sweep() == 0  # it came just now
    assert file_store.is_there(orphan)
    assert cleanup.sweep(older_seconds=-10) == 1
    assert not file_store.is_there(orphan)
    assert storage.is_good(storage.path_of(report.sha256))


def test_report_whose_row_comes_meanwhile_is_not_swept(asked, monkeypatch, settings):
    orphan = storage.path_of("0" * 64)
    made = settings.DATA_DIR / "made"
    made.write_bytes(FILE)
    file_store.put(made, orphan)
    monkeypatch.setattr(cleanup, "is_known", lambda name: name == orphan.name)
    assert cleanup.sweep(older_seconds=-10) == 0
    assert file_store.is_there(orphan)


def test_cancelled_report_leaves_no_object(asked, monkeypatch):
    def cancelled(*args):
        actions.cancel_report(by=None, report=Report.objects.get())
        raise actions.CancelledError

    monkeypatch.setattr(actions, "_finish", cancelled)
    actions.make_report(asked.pk)
    assert file_store.older(storage.folder(), "*", float("inf")) == []
    assert left() == []


def test_page_of_a_report_says_that_the_store_is_away(cast, sign_in, asked, s3):
    report = actions.make_report(asked.pk)
    s3.fault = "gone"
    reply = sign_in(cast.ada).get(f"{report.get_absolute_url()}file/")
    assert reply.status_code == 503
    assert b"cannot be reached at the moment" in reply.content
    assert b"last change was not saved" not in reply.content
    with pytest.raises(AwayError):
        list(against_disk.faults(cast.acme.pk))
