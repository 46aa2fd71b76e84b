"""A report shown to an installation: its own, one from elsewhere, one it forgot."""

import hashlib

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.models import Report
from compliance.proof.audit.models import ChainHead, Event
from compliance.reporting.reports import report_lookup
from compliance.reporting.reports.pdf_engine import place
from compliance.reporting.reports.report_lookup import looked_at
from tests.proof.audit.tampering import Guardless
from tests.reporting.reports import seals
from tests.support import signing
from tests.support.factories import make_assessment

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def report(cast, tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    path = tmp_path / "report.pdf"
    assessment = make_assessment(cast.acme, cast.ada)
    call_command("report", str(assessment.pk), output=path)
    return path


def states(path):
    with path.open("rb") as file:
        return {check.name: check.state for check in looked_at(file).checks}


def forget_reports():
    """As an installation is that did not make the report."""
    with Guardless():
        Event.objects.filter(action="report.made").delete()


def verified(path, **options):
    try:
        call_command("verify_report", path, **options)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, ""


def test_own_report_is_known_to_the_byte(report):
    assert states(report) == {
        "signature": "ok",
        "certificate": "ok",
        "time stamp": "note",
        "data": "ok",
        "printed hashes": "ok",
        "pages": "ok",
        "pages, not compared": "note",
        "trail": "ok",
        "trail head": "ok",
        "trail here": "ok",
        "reports here": "ok",
    }
    assert verified(report) == (0, "")


def test_trail_that_lost_the_head_does_not_agree(report, monkeypatch):
    """As after an older copy of the database was put back."""
    monkeypatch.setattr(report_lookup.Event, "objects", Event.objects.none())
    assert states(report)["trail here"] == "fault"
    assert verified(report) == (
        1,
        "The report does not agree: trail here, reports here.",
    )


def test_file_sealed_by_the_installations_key_outside_of_it_is_a_fault(report):
    """The same pages and data once more: whoever has the key can seal anything."""
    seals.sealed_again(report, place())
    found = states(report)
    assert (found["certificate"], found["reports here"]) == ("ok", "fault")
    assert verified(report) == (1, "The report does not agree: reports here.")


def test_report_row_put_in_by_hand_vouches_for_nothing(report):
    """The trail is asked, not the rows: they are easier to make."""
    seals.sealed_again(report, place())
    data = report.read_bytes()
    Report.objects.update(sha256=hashlib.sha256(data).hexdigest())
    assert states(report)["reports here"] == "fault"


def test_report_taken_away_is_still_known_by_the_trail(report):
    Report.objects.all().delete()
    assert states(report)["reports here"] == "ok"


@pytest.mark.parametrize("field", ["signer", "role", "statement"])
def test_sign_off_that_names_somebody_else_is_not_known(cast, field):
    assessment = signing.make_signed(cast)
    row = assessment.signoffs.get()
    said = {"content_hash": row.snapshot_id, "signer": row.signer, "role": row.role}
    said["statement"] = row.statement
    facts = {"assessment": str(assessment.pk), "signed": [[*said.values()]]}
    assert [one.state for one in report_lookup._signed(facts)] == ["ok"]
    facts["signed"] = [[*(said | {field: "Mallory"}).values()]]
    assert [one.state for one in report_lookup._signed(facts)] == ["note"]


def test_report_from_elsewhere_is_not_said_to_be_wrong_but_unknown(report, settings, tmp_path):
    [own] = report_lookup.own_pins()
    settings.KEYS_DIR = tmp_path / "other keys"
    forget_reports()
    Report.objects.update(content_hash="")
    found = states(report)
    assert (found["certificate"], found["reports here"]) == ("fault", "note")
    assert verified(report)[0] == 1
    assert verified(report, certificate=[own]) == (0, "")


def test_whoever_asks_has_only_events_of_reports_read(report):
    """Anybody may: a search in the content of every event would be dear."""
    with CaptureQueriesContext(connection) as queries:
        states(report)
    searched = [q["sql"] for q in queries if "LIKE" in q["sql"]]
    assert len(searched) == 1
    assert '"subject_label" = ' in searched[0]  # of the index event_subject


def test_file_made_of_the_same_content_is_another_file(report, settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "other keys"
    forget_reports()
    with report.open("rb") as file:
        [here] = [one for one in looked_at(file).checks if one.name == "reports here"]
    assert "this file is another one" in here.words


def test_trail_of_an_empty_organisation_is_no_fault(report):
    facts = {"head_seq": 0, "chain": str(ChainHead.objects.get().pk)}
    assert report_lookup._head(facts, True).state == "note"


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"head_seq": -1, "chain": "x"},
        {"head_seq": 2**70, "chain": "00000000-0000-0000-0000-000000000001"},
        {"head_seq": "1", "chain": None},
        {"head_seq": 1.5, "chain": []},
    ],
)
def test_nonsense_about_the_trail_is_passed_over(facts):
    assert report_lookup._head(facts, True) is None


def test_hash_with_a_zero_byte_is_one_that_nothing_has(report):
    evil = dict.fromkeys(("head_hash", "content_hash"), "\x00" * 64)
    facts = {"head_seq": 1, "chain": str(ChainHead.objects.get().pk)} | evil
    assert report_lookup._head(facts, False).state == "note"
    assert report_lookup._file("5ea1" * 16, facts, False).state == "note"


def test_file_that_is_no_report_ends_with_two(tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"none")
    assert verified(path) == (2, "The file is not a PDF.")
    assert verified(tmp_path / "missing.pdf")[0] == 2
