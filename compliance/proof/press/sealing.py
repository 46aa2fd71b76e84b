"""Sealing a report (PAdES, ETSI EN 319 142-1), in a process of its own.

It reads one JSON object from standard input and signs the file it names: baseline B-B,
or B-T where a time-stamp service is named (``sandbox/child.py``). It
only adds to the file; what was there stays as it was, byte for byte. One of two modules
that know pyHanko, and never imported by the web process.
"""

import json
import sys
from asyncio import to_thread
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.request import HTTPRedirectHandler, Request, build_opener

from asn1crypto import keys as der_keys  # type: ignore[import-untyped]
from asn1crypto import tsp, x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    InvisSigSettings,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from compliance.proof.press.job import NO_ROOM, NO_SPACE
from compliance.proof.press.keys import Place, Seal, SealError, fingerprint, seal_of

FIELD = "Seal"
ANSWER_BYTES = 1024 * 1024
"""More than any time stamp with its certificates."""
TIMESTAMP_SECONDS = 20


class _Appending(IncrementalPdfFileWriter):
    """Adds the signature and nothing else: title, dates and identifiers stay.

    So does the version: PDF/A-3 is PDF 1.7, and pyHanko would write 2.0 for the curve of
    the key, with an extension of PDF 2.0 (ISO 32002).
    """

    def _update_meta(self) -> None:
        pass

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        pass

    def register_extension(self, ext: Any) -> None:
        pass


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Stamper(TimeStamper):
    """Asks an RFC 3161 service at exactly the address of the settings."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> Any:
        return await to_thread(self._ask, req)

    def _ask(self, req: tsp.TimeStampReq) -> Any:
        request = Request(self.url, req.dump(), set_tsp_headers({}))  # noqa: S310
        opener = build_opener(_NoRedirect)
        with opener.open(request, timeout=TIMESTAMP_SECONDS) as response:
            content = response.read(ANSWER_BYTES)
        try:
            answer = tsp.TimeStampResp.load(content)
            answer.native  # noqa: B018 - reads it whole; a part of it is read on demand
            if token := answer["time_stamp_token"].native:
                _refuse_unstamped(token)
        except (ValueError, TypeError) as error:
            msg = "its answer is not a time stamp"
            raise TimestampRequestError(msg) from error
        return answer


def _refuse_unstamped(token: Mapping[str, Any]) -> None:
    """A token is signed data that holds a ``TSTInfo`` (RFC 3161, 2.4.2)."""
    signed = token["content_type"] == "signed_data"
    if not signed or token["content"]["encap_content_info"]["content_type"] != "tst_info":
        msg = "a token of another kind"
        raise ValueError(msg)


def main(_: list[str]) -> None:
    """Write the fingerprint of the certificate, or words for what went wrong."""
    job = json.load(sys.stdin)
    try:
        path, place = Path(job["path"]), Place(**job["place"])
        said = {"fingerprint": sealed(path, place, job["url"], job["services"])}
    except SealError as error:
        said = {"problem": str(error)}
    except (TimestampRequestError, HTTPException, OSError) as error:
        if getattr(error, "errno", None) in NO_SPACE:
            said = {"problem": NO_ROOM}
        elif job["url"]:
            words = f"The time-stamp service {job['url']} did not answer: {error}"
            said = {"problem": words}
        else:
            raise
    sys.stdout.write(json.dumps(said))


def sealed(path: Path, place: Place, timestamp_url: str = "", services: str = "") -> str:
    """Sign the file in its place; the fingerprint of the certificate.

    ``services`` is the file with the certificates of services whose stamps count; where
    it is "" none does, and each is allowed. Raises ``SealError`` for another one.
    """
    seal = seal_of(place)
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    # PDF/A wants it printed, PDF/UA wants what is not tagged outside of the page
    unseen = InvisSigSettings(set_print_flag=True, box_out_of_bounds=True)
    with path.open("r+b") as file:
        writer = _Appending(file)
        _tab_through(writer)
        sign_pdf(
            writer,
            about,
            signer=_signer(seal),
            timestamper=Stamper(timestamp_url) if timestamp_url else None,
            new_field_spec=SigFieldSpec(FIELD, invis_sig_settings=unseen),
            in_place=True,
        )
        if timestamp_url and services:
            _refuse_stranger(file, timestamp_url, services)
    return fingerprint(seal.certificate)


def _refuse_stranger(file: BinaryIO, url: str, services: str) -> None:
    """A stamp that nobody trusts would be a fault whenever the report is checked."""
    [seal] = PdfFileReader(file).embedded_signatures
    try:
        trusted = [*load_certs_from_pemder([services])]  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        msg = f"ATTEST_TIMESTAMP_CERTIFICATES: {services} cannot be read: {error}"
        raise SealError(msg) from error
    named = ValidationContext(trust_roots=trusted)
    status = validate_pdf_signature(
        seal,
        ValidationContext(trust_roots=[seal.signer_cert]),
        ts_validation_context=named,
        skip_diff=True,
    )
    stamp: Any = status.timestamp_validity
    if not (stamp.intact and stamp.valid and stamp.trusted):
        signer = stamp.signing_cert.subject.human_friendly
        msg = (
            f"The stamp of {url} is by {signer}, whom no certificate in"
            f" ATTEST_TIMESTAMP_CERTIFICATES ({services}) vouches for."
        )
        raise SealError(msg)
    if (seal.self_reported_timestamp - stamp.timestamp).days > 0:
        msg = (
            f"The clock of this machine is more than a day ahead of {url}, whose stamp"
            f" says {stamp.timestamp}."
        )
        raise SealError(msg)


def _tab_through(writer: IncrementalPdfFileWriter) -> None:
    """The first page, which bears the field, names its order (ISO 14289-1, 7.18.3)."""
    reference, _ = writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]
    page = reference.get_object()
    if "/Tabs" not in page:
        page[pdf_name("/Tabs")] = pdf_name("/S")
        writer.mark_update(reference)


def _signer(seal: Seal) -> SimpleSigner:
    secret = seal.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    certificates = [
        x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (seal.certificate, *seal.chain)
    ]
    store.register_multiple(certificates[1:])
    return SimpleSigner(
        signing_cert=certificates[0],
        signing_key=der_keys.PrivateKeyInfo.load(secret),
        cert_registry=store,
    )
