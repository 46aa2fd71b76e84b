"""A sealed report of an organisation that was deleted here is no forgery, and proves what it can."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from compliance.operations.closing import deletion
from compliance.proof.audit import checkpoints, receipts, verification
from compliance.proof.audit.models import Event
from compliance.reporting.reports import report_lookup
from compliance.reporting.reports.pdf_engine import place
from tests.operations.closing.test_proof import folders, over  # noqa: F401 - a fixture
from tests.proof.audit.tampering import Guardless
from tests.reporting.reports import seals
from tests.support import signing
from tests.support.factories import begin_chains

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
HERE = ("trail here", "reports here")


@pytest.fixture
def report(cast, tmp_path):
    path = tmp_path / "report.pdf"
    assessment = signing.make_ready(cast, is_begun=True)
    begin_chains()
    call_command("report", str(assessment.pk), output=path)
    return path


@pytest.fixture
def deleted(cast, report):
    over(cast)
    deletion.delete(cast.acme.pk)
    return report


def looked_at(path):
    with path.open("rb") as file:
        return report_lookup.looked_at(file)


def said_here(path):
    return {c.name: (c.state, c.words) for c in looked_at(path).checks if c.name in HERE}


def explained(cast, **claims):
    """The states of both faults, in a file with other claims about its trail."""
    facts = {
        "chain": str(cast.acme.pk),
        "head_seq": 3,
        "head_hash": "5" * 64,
        "sealed_at": (timezone.now() - timedelta(days=1)).isoformat(),
    } | claims
    fault = report_lookup.Looked("reports here", "fault", "Forged.")
    return report_lookup._explained(fault, facts).state


def test_report_of_a_deleted_organisation_is_explained_by_the_receipt(cast, deleted):
    day = receipts.find(cast.acme.pk).ended_at
    found = said_here(deleted)
    assert [state for state, _ in found.values()] == ["note", "note"]
    assert all(f"deleted here on {day:%-d %B %Y}" in words for _, words in found.values())
    assert looked_at(deleted).faults == []
    call_command("verify_report", deleted)


def test_report_stays_a_fault_without_the_receipt(cast, deleted):
    receipts.path_of(receipts.name_of(cast.acme.pk)).unlink()
    found = said_here(deleted)
    assert [state for state, _ in found.values()] == ["fault", "fault"]
    assert not any("sample" in words for _, words in found.values())


def test_receipt_that_somebody_else_signed_explains_nothing(cast, deleted):
    path = receipts.path_of(receipts.name_of(cast.acme.pk))
    path.write_text(path.read_text().replace("rows ", "rows 1"))
    assert [state for state, _ in said_here(deleted).values()] == ["fault", "fault"]


def test_file_sealed_by_the_key_after_the_deletion_stays_a_fault(cast, deleted, monkeypatch):
    found = receipts.find(cast.acme.pk)
    early = replace(found, ended_at=found.ended_at - timedelta(hours=1))
    seals.sealed_again(deleted, place())
    monkeypatch.setattr(receipts, "find", lambda _: early)
    assert [state for state, _ in said_here(deleted).values()] == ["fault", "fault"]


def test_changed_file_of_a_deleted_organisation_is_still_found(deleted):
    data = bytearray(deleted.read_bytes())
    data[len(data) // 2] ^= 1
    deleted.write_bytes(data)
    assert "signature" in [fault.name for fault in looked_at(deleted).faults]


def test_only_an_event_that_the_chain_can_have_had_is_explained(cast, deleted):
    receipt = receipts.find(cast.acme.pk)
    signed, _ = verification.signed_checkpoints(cast.acme.pk)
    between = next(one for one in signed if one.size < receipt.size)
    assert explained(cast) == "note"
    assert explained(cast, head_seq=receipt.size, head_hash=receipt.head) == "note"
    assert explained(cast, head_seq=between.size, head_hash=between.head) == "note"
    for claims in (
        {"head_seq": receipt.size},
        {"head_seq": between.size},
        {"head_seq": receipt.size + 1},
        {"head_seq": 0},
        {"head_seq": "x"},
        {"sealed_at": ""},
        {"sealed_at": "2026-01-01T00:00:00"},
        {"sealed_at": (receipt.ended_at + timedelta(seconds=1)).isoformat()},
        {"chain": str(cast.other.pk)},
        {"chain": None},
    ):
        assert explained(cast, **claims) == "fault", claims


def test_receipt_explains_no_trail_whose_organisation_is_here(cast, deleted):
    """As of one that an older database brought back, and that lost its events."""
    name = receipts.name_of(cast.other.pk)
    found = replace(receipts.find(cast.acme.pk), organisation=name)
    receipts.store(name, receipts.signed(found))
    assert receipts.find(cast.other.pk)
    assert explained(cast, chain=str(cast.other.pk)) == "fault"


def test_report_of_a_thrown_sample_is_not_plainly_called_forged(cast, report, monkeypatch):
    """Nothing of a sample stays, a checkpoint neither."""
    with Guardless():
        Event.objects.filter(organisation_id=cast.acme.pk).delete()
    monkeypatch.setattr(verification, "organisation_exists", lambda _: False)
    monkeypatch.setattr(checkpoints, "latest", lambda _: None)
    found = said_here(report)
    assert [state for state, _ in found.values()] == ["fault", "fault"]
    assert all("sample" in words for _, words in found.values())
