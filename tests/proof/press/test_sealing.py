"""The seal: accepted by others, added to the end, or refused in words."""

import io
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from asn1crypto import tsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from compliance.proof.press.api import RenderError
from compliance.reporting.reports.html import html_of, stylesheet
from compliance.reporting.reports.pdf_engine import render, seal
from tests.reporting.reports import seals
from tests.reporting.reports.looked_at import faults
from tests.reporting.reports.papers import make_paper
from tests.support.needs import needs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory):
    path = tmp_path_factory.mktemp("unsigned") / "report.pdf"
    render([html_of(make_paper())], stylesheet(), path, lambda *step: None)
    return path


@pytest.fixture
def draft(unsigned, tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    return shutil.copy(unsigned, tmp_path / "draft.pdf")


def signature(path):
    [found] = PdfFileReader(io.BytesIO(path.read_bytes())).embedded_signatures
    return found


def status(path):
    one = signature(path)
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    context = ValidationContext(trust_roots=[one.signer_cert])
    return validate_pdf_signature(one, context, key_usage_settings=usage)


def test_sealed_report_is_the_report_with_a_signature_behind_it(draft, unsigned):
    seal(draft)
    before = unsigned.read_bytes()
    assert draft.read_bytes().startswith(before)
    assert len(draft.read_bytes()) > len(before)


def test_pyhanko_accepts_the_seal(draft):
    name = seal(draft)
    found = status(draft)
    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert found.signing_cert.sha256.hex() == name


def test_pdfsig_accepts_the_seal(draft):
    seal(draft)
    command = [needs("pdfsig"), "-nocert", str(draft)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_seal_says_no_place_and_no_reason_and_forbids_changes(draft):
    seal(draft)
    with pikepdf.open(draft) as pdf:
        [field] = pdf.Root.AcroForm.Fields
        assert (str(field.T), str(field.V.SubFilter)) == (
            "Seal",
            "/ETSI.CAdES.detached",
        )
        assert not {"/Reason", "/Location", "/ContactInfo"} & set(field.V)
        assert field.V.Reference[0].TransformParams.P == 1
        left, bottom, right, top = map(float, field.Rect)
        assert (left, bottom) == (right, top) == (-9999, -9999)
        assert pdf.pages[0].Tabs == "/S"


def test_title_and_dates_stay(draft, unsigned):
    seal(draft)
    with pikepdf.open(draft) as now, pikepdf.open(unsigned) as before:
        assert now.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert dict(now.docinfo) == dict(before.docinfo)


def test_certificate_of_ones_own_comes_with_its_chain(draft, tmp_path, settings):
    root = seals.authority()
    key, certificate = seals.issued(root)
    chain = certificate.public_bytes(seals.PEM) + root[1].public_bytes(seals.PEM)
    (tmp_path / "key.pem").write_bytes(seals.pem_of(key))
    (tmp_path / "chain.pem").write_bytes(chain)
    settings.SEAL_KEY = str(tmp_path / "key.pem")
    settings.SEAL_CHAIN = str(tmp_path / "chain.pem")
    name = seal(draft)
    one = signature(draft)
    assert one.signer_cert.sha256.hex() == name
    assert one.signer_cert.subject.native == {"common_name": "Acme Seal"}
    assert [c.subject.native["common_name"] for c in one.other_embedded_certs] == ["A root"]


def test_time_stamp_is_part_of_the_seal(draft, settings):
    with seals.time_stamps() as settings.TIMESTAMP_URL:
        seal(draft)
    assert status(draft).timestamp_validity.intact


@pytest.mark.parametrize("named", ["service", "authority of another"])
def test_time_stamp_counts_from_a_named_service_alone(draft, settings, tmp_path, named):
    """Each report with another's stamp would be a fault whenever it is checked."""
    path = tmp_path / "services.pem"
    settings.TIMESTAMP_CERTIFICATES = str(path)
    with seals.time_stamps(named=path) as settings.TIMESTAMP_URL:
        if named == "service":
            seal(draft)
            assert status(draft).timestamp_validity.intact
            return
        path.write_bytes(seals.authority()[1].public_bytes(seals.PEM))
        with pytest.raises(RenderError, match="is by Common Name: Clock") as refused:
            seal(draft)
    assert str(path) in str(refused.value)


def test_clock_that_is_a_day_ahead_of_the_time_stamp_fails_the_report(draft, settings, tmp_path):
    path = tmp_path / "services.pem"
    settings.TIMESTAMP_CERTIFICATES = str(path)
    ago = datetime.now(UTC) - timedelta(days=2)
    with (
        seals.time_stamps(at=ago, named=path) as settings.TIMESTAMP_URL,
        pytest.raises(RenderError, match="more than a day ahead"),
    ):
        seal(draft)


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nx"])
def test_services_that_cannot_be_read_fail_the_report_in_words(draft, settings, tmp_path, content):
    path = tmp_path / "services.pem"
    settings.TIMESTAMP_CERTIFICATES = str(path)
    if content is not None:
        path.write_bytes(content)
    with (
        seals.time_stamps() as settings.TIMESTAMP_URL,
        pytest.raises(RenderError, match="ATTEST_TIMESTAMP_CERTIFICATES") as refused,
    ):
        seal(draft)
    assert str(path) in str(refused.value)


UNSIGNED = tsp.TimeStampResp(
    {
        "status": {"status": "granted"},
        "time_stamp_token": {"content_type": "data", "content": b"no stamp"},
    }
).dump()


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 302}, {"broken": b"no"}, {"broken": UNSIGNED}],
    ids=["fails", "moved", "no answer", "no signed token"],
)
def test_service_that_gives_no_stamp_fails_the_report(draft, settings, fault):
    with (
        seals.time_stamps(**fault) as settings.TIMESTAMP_URL,
        pytest.raises(RenderError, match="time-stamp service") as refused,
    ):
        seal(draft)
    assert len(str(refused.value)) < 500


def test_service_that_is_away_fails_the_report(draft, settings):
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    with pytest.raises(RenderError, match="did not answer"):
        seal(draft)


def test_key_that_cannot_be_read_fails_the_report_in_words(draft, settings):
    settings.SEAL_PKCS12 = "/no/such/file.p12"
    with pytest.raises(RenderError, match=r"/no/such/file.p12 cannot be read"):
        seal(draft)


def test_file_that_is_no_report_fails_in_words(draft):
    draft.write_bytes(b"no report")
    with pytest.raises(RenderError, match="Attest failed"):
        seal(draft)


def test_sealed_file_is_pdf_1_7_as_pdfa_3_wants(draft):
    seal(draft)
    with pikepdf.open(draft) as pdf:
        assert pdf.pdf_version == "1.7"
        assert not {"/Version", "/Extensions"} & set(pdf.Root.keys())
    assert faults(draft) == []
