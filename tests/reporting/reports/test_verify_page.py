"""The page on which anybody checks a report."""

import io
from html import unescape

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from compliance.proof.verifier.checked import Verified
from compliance.reporting.reports import upload
from compliance.reporting.reports.report_lookup import own_pins
from compliance.reporting.reports.views import verify
from tests.support.factories import make_assessment
from tests.support.page_text import flat

pytestmark = pytest.mark.django_db
ADDRESS = "/verify/"


@pytest.fixture(autouse=True)
def fresh(settings, tmp_path):
    cache.clear()
    settings.KEYS_DIR = tmp_path / "keys"


@pytest.fixture
def report(cast, tmp_path):
    path = tmp_path / "report.pdf"
    assessment = make_assessment(cast.acme, cast.ada)
    call_command("report", str(assessment.pk), output=path)
    return path.read_bytes()


def send(data, client=None, name="report.pdf", **extra):
    file = SimpleUploadedFile(name, data, "application/pdf")
    return (client or Client()).post(ADDRESS, {"file": file}, **extra)


def test_anybody_sees_the_form_and_the_certificate():
    page = Client().get(reverse("verify"))
    [own] = own_pins()
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert f"{own[:32]} {own[32:]}" in page.text
    pem = Client().get(reverse("verify_certificate"))
    assert pem.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in pem.content


@pytest.mark.slow
def test_own_report_agrees_and_its_facts_are_shown(report, tmp_path):
    page = send(report)
    text = flat(page.text)
    assert page.status_code == 200
    assert "Everything agrees" in text
    assert "This very file was made here, byte for byte." in text
    assert "Acme" in text
    assert "Not proven" in text
    assert "The pages of a full report show each answer as it is in the data." in text
    assert "Pages, not compared." in text
    assert "<dd>1 Jan 2026</dd>" in text.replace("<bdi>", "").replace("</bdi>", "")
    assert "Common Name" not in text
    assert "+00:00" not in text


def test_days_and_moments_are_shown_as_people_write_them():
    facts = {
        "subject": "2026-01-01",  # somebody's own words stay
        "period_from": "2026-01-01",
        "period_to": "2026-13-99",
        "sealed_at": "2026-11-25T23:58:01+00:00",
        "sealed_by": "Common Name: Attest at a.example",
    }
    assert [(word, text) for word, text, _ in Verified((), facts).stated_facts] == [
        ("Subject", "2026-01-01"),
        ("Period from", "1 Jan 2026"),
        ("Period to", "2026-13-99"),
        ("Sealed", "25 Nov 2026, 23:58 UTC"),
        ("Sealed by", "Attest at a.example"),
    ]


@pytest.mark.slow
def test_changed_report_is_named(report):
    changed = bytearray(report)
    changed[len(changed) // 2] ^= 1
    text = flat(send(bytes(changed)).text)
    assert "Something does not agree" in text or "could not be checked" in text
    assert "Everything agrees" not in text
    assert "Do not rely on this file." in text or "Choose a file" in text
    more = flat(send(report + b"%").text)
    assert "Something was added to the file" in more


@pytest.mark.slow
def test_report_sealed_elsewhere_is_whole_but_foreign(report, settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "others"
    assert "Intact, but not sealed by this installation" in flat(send(report).text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        b"none",
        b"%PDF-",
        b"%PDF-1.7\n" + b"[" * 200_000,
        b"%PDF-1.7\n" + b"<</A " * 50_000,
        b"%PDF-1.7\nxref\n0 999999999\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\ntrailer <</Root 1 0 R /Prev 9>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\n1 0 obj<</Pages 1 0 R/Kids[1 0 R]>>endobj\nstartxref\n9\n%%EOF",
        bytes(range(256)) * 40,
    ],
)
def test_malformed_file_gets_words(data):
    page = send(data)
    text = unescape(page.text)
    assert page.status_code in {200, 422}
    assert "could not be checked" in text or "Something does not agree" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("data", "words"),
    [(None, "Choose the PDF of a report."), (b"", "The file is empty.")],
)
def test_form_without_a_file_is_refused(data, words):
    page = Client().post(ADDRESS) if data is None else send(data)
    assert page.status_code == 422
    assert words in page.text


def test_file_that_is_too_long_is_dropped_while_it_arrives(monkeypatch, tmp_path):
    monkeypatch.setattr(upload, "MOST_BYTES", 1000)
    monkeypatch.setattr("compliance.reporting.reports.forms.MOST_BYTES", 1000)
    page = send(b"%PDF-" + b"x" * 200_000)
    assert page.status_code == 422
    assert "larger than" in page.text


def test_many_files_together_are_no_longer_than_one(monkeypatch, rf):
    monkeypatch.setattr(upload, "MOST_BYTES", 1000)
    handler = upload.ReportUploadHandler(rf.post("/"))
    kept = []
    for name in "ab":
        handler.new_file("file", name, "application/pdf", 0)
        handler.receive_data_chunk(b"x" * 600, 0)
        kept.append(len(handler.file_complete(600).read()))
    assert kept == [600, 0]


def test_address_that_asks_too_often_is_held_back():
    pages = [Client().post(ADDRESS).status_code for _ in range(32)]
    assert pages[:30] == [422] * 30
    assert pages[30:] == [429] * 2
    assert Client().get(ADDRESS).status_code == 200


def test_only_so_many_files_are_checked_at_once(monkeypatch):
    with verify.AT_ONCE, verify.AT_ONCE:
        page = send(b"%PDF-")
    assert page.status_code == 503
    assert "Two files are being checked" in page.text


def test_form_of_another_site_is_refused():
    strict = Client(enforce_csrf_checks=True)
    assert send(b"%PDF-", strict).status_code == 403
    token = strict.get(ADDRESS).context["csrf_token"]
    file = io.BytesIO(b"none")
    page = strict.post(ADDRESS, {"file": file, "csrfmiddlewaretoken": str(token)})
    assert page.status_code == 422


def test_key_that_cannot_be_read_is_a_finding_and_no_error(settings, tmp_path):
    settings.SEAL_PKCS12 = "/no/such/file"
    assert "cannot be read at the moment" in Client().get(ADDRESS).text
    assert send(b"%PDF-").status_code == 503
    assert Client().get(reverse("verify_certificate")).status_code == 503


@pytest.mark.slow
def test_what_a_file_says_of_itself_is_only_text(monkeypatch):
    evil = "<script>alert(1)</script>" + "x" * 900
    found = {
        "checks": [{"name": evil, "state": "fault", "words": evil}],
        "facts": {"organisation": evil, "head_seq": evil, "chain": evil},
    }
    monkeypatch.setattr("compliance.proof.verifier.checked.json.load", lambda file: found)
    text = send(b"%PDF-").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
