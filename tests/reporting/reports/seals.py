"""Certificates to bring along, and a time-stamp service on this machine."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pikepdf
from asn1crypto import keys as der_keys
from asn1crypto import tsp
from asn1crypto import x509 as der_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from compliance.proof.press import sealing

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS8 = serialization.PrivateFormat.PKCS8


def sealed_again(path, place, change=lambda pdf: None):
    """A sealed report changed and sealed once more, as whoever has the key can."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.Root.AcroForm, pdf.Root.Perms
        kept = [one for one in pdf.pages[0].get("/Annots", []) if "/FT" not in one]
        pdf.pages[0].Annots = pikepdf.Array(kept)
        change(pdf)
        pdf.save(path)
    sealing.sealed(path, place)


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, *, extensions=(), days=30):
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=40))
        .not_valid_after(now + timedelta(days=days))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def authority():
    """A root of its own: its key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    is_root = x509.BasicConstraints(ca=True, path_length=None)
    return key, certificate("A root", key, "A root", key, extensions=[is_root])


def issued(root, subject="Acme Seal", key=None, **fields):
    """A key with a certificate of that root."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    return key, certificate(subject, key, "A root", root[0], **fields)


def pem_of(key, password=None):
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(PEM, PKCS8, how)


@contextmanager
def time_stamps(status=200, broken=b"", at=None, named=None):
    """The address of a service that stamps whatever it is sent, as of ``at`` or now.

    ``named`` is a file to which its certificate is written.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    made = certificate("Clock", key, "Clock", key, extensions=[purpose])
    if named:
        named.write_bytes(made.public_bytes(PEM))
    dummy = DummyTimeStamper(
        der_x509.Certificate.load(made.public_bytes(DER)),
        der_keys.PrivateKeyInfo.load(key.private_bytes(DER, PKCS8, serialization.NoEncryption())),
        fixed_dt=at,
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            request = tsp.TimeStampReq.load(asked)
            answer = broken or dummy.request_tsa_response(request).dump()
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
