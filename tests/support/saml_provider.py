"""A provider of SAML 2.0 on loopback, by pysaml2, and by hand where it has to lie.

    python -m tests.support.saml_provider PORT METADATA

By hand: METADATA is the file that Attest's page "Sign-on" gives. Attest takes the provider's
own from http://127.0.0.1:PORT/metadata, and wants ATTEST_PRIVATE_NETWORKS=127.0.0.0/8 for it.
Any address signs in, with any password, and everybody is in the group "officers".
"""

import base64
import html
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from lxml import etree
from saml2 import BINDING_HTTP_REDIRECT, sigver
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import create_metadata_string
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256
from signxml import XMLSigner

from compliance.identity.sign_on.saml_xml import SAML
from tests.support.oidc_provider import served

# pysaml2 proves a key each time that it reads it, which takes a tenth of a second
sigver.import_rsa_key_from_file = cache(sigver.import_rsa_key_from_file)

NADIA = {"mail": "new@acme.example", "email_verified": "true", "displayName": "Nadia"}


@cache
def pair(name):
    """Paths of a key and its certificate; that of "weak" is short, and "past" is over."""
    bits = 1024 if name == "weak" else 2048
    days = -1 if name == "past" else 30
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    of = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(of)
        .issuer_name(of)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    folder = Path(tempfile.mkdtemp(prefix="saml-"))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return str(folder / "key.pem"), str(folder / "certificate.pem")


class Provider:
    """Signs in whomever a test names, for services whose metadata it has."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.begin()

    def begin(self):
        """As when it is new."""
        self.entity = f"{self.url}/metadata"
        self.key, self.services = "own", []
        self.asked, self.said = [], {}

    @property
    def server(self):
        """pysaml2, as it is set now."""
        return self.made(self.entity, self.key, tuple(self.services))

    @lru_cache(8)  # noqa: B019 - lives as long as the suite
    def made(self, entity, name, services):
        """pysaml2 with these settings."""
        key, certificate = pair(name)
        config = {
            "entityid": entity,
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{self.url}/sso", BINDING_HTTP_REDIRECT)]},
                    "want_authn_requests_signed": True,
                    "policy": {"default": {"lifetime": {"minutes": 5}}},
                }
            },
            "key_file": key,
            "cert_file": certificate,
            "metadata": {"inline": list(services)},
        }
        return Server(config=IdPConfig().load(config))

    @property
    def metadata(self):
        """Its description of itself."""
        found = create_metadata_string(None, config=self.server.config, sign=False)
        return found if isinstance(found, bytes) else found.encode()

    def asks(self, address):
        """The question in an address, and its fields; the signature is checked."""
        assert address.startswith(f"{self.url}/sso?")
        fields = {k: v for k, [v] in parse_qs(urlsplit(address).query).items()}
        asked = self.server.parse_authn_request(
            fields["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            relay_state=fields["RelayState"],
            sigalg=fields["SigAlg"],
            signature=fields["Signature"],
        )
        return asked.message, fields

    def sign_in(self, address, subject="sub-1", kind=NAMEID_FORMAT_PERSISTENT, **attributes):
        """The form that somebody brings back from ``address``.

        ``bend`` changes the response before it is signed, and ``wrap`` afterwards.
        """
        asked, fields = self.asks(address)
        bend, wrap = attributes.pop("bend", None), attributes.pop("wrap", None)
        if bend:
            root = etree.fromstring(self.answer(asked, subject, kind, signs=False, **attributes).encode())
            bend(root)
            sign(root, self.key)
            text = etree.tostring(root)
        else:
            text = self.answer(asked, subject, kind, **attributes)
        if wrap:
            root = etree.fromstring(text if isinstance(text, bytes) else text.encode())
            text = etree.tostring(wrap(root))
        return form(text, fields["RelayState"])

    def answer(self, asked, subject, kind, *, asked_at=None, signs=True, **attributes):
        """A response, as text."""
        return str(
            self.server.create_authn_response(
                {name: value for name, value in attributes.items() if value},
                asked.id,
                asked.assertion_consumer_service_url,
                asked.issuer.text,
                name_id=NameID(format=kind, text=subject),
                authn={
                    "class_ref": PASSWORDPROTECTEDTRANSPORT,
                    "authn_instant": asked_at or time.time(),
                },
                sign_assertion=signs,
                sign_response=False,
                sign_alg=SIG_RSA_SHA256,
                digest_alg=DIGEST_SHA256,
            )
        )


@cache
def pems(name):
    """The key and the certificate themselves."""
    key, certificate = map(Path, pair(name))
    return load_pem_private_key(key.read_bytes(), None), certificate.read_text()


def sign(root, key="own", signer=XMLSigner, **how):
    """Sign the assertion of a response, in place."""
    one = root.find(f"{{{SAML}}}Assertion")
    private, certificate = pems(key)
    at = list(root).index(one)
    how = {"c14n_algorithm": "http://www.w3.org/2001/10/xml-exc-c14n#"} | how
    root[at] = signer(**how).sign(
        one,
        key=private,
        cert=certificate,
        reference_uri=f"#{one.get('ID')}",
        id_attribute="ID",
    )


def form(text, key):
    """The form that a browser posts."""
    data = text if isinstance(text, bytes) else text.encode()
    return {"SAMLResponse": base64.b64encode(data).decode(), "RelayState": key}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        one = self.server.provider
        path = urlsplit(self.path).path
        one.asked.append(path)
        if path in one.said:
            return self.say(*one.said[path])
        if path == "/metadata":
            return self.say(200, one.metadata)
        if path != "/sso":
            return self.say(404, b"")
        asked, _ = one.asks(f"{one.url}{self.path}")
        how = "Sign in again" if asked.force_authn == "true" else "Sign in"
        return self.say(200, _SIGN_IN.format(how=how).encode())

    def do_POST(self):
        one = self.server.provider
        read = self.rfile.read(int(self.headers["Content-Length"])).decode()
        email = parse_qs(read)["login"][0]
        fields = one.sign_in(
            f"{one.url}{self.path}",
            subject=f"id-{email}",
            mail=email,
            email_verified="true",
            displayName=email.partition("@")[0],
            groups=["officers"],
        )
        asked, _ = one.asks(f"{one.url}{self.path}")
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in fields.items()
        )
        at = html.escape(asked.assertion_consumer_service_url)
        self.say(200, _BACK.format(at=at, inputs=inputs).encode())

    def say(self, status, body):
        self.send_response(status)
        kind = "xml" if body.startswith(b"<?xml") else "html"
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):  # of a browser that was closed meanwhile
            self.wfile.write(body)

    def log_message(self, *_):
        pass


_SIGN_IN = """<!DOCTYPE html><title>{how}</title><h1>{how}</h1>
<form method="post"><label>Address <input name="login"></label><button>Continue</button></form>
"""
_BACK = """<!DOCTYPE html><title>Back</title>
<form method="post" action="{at}">{inputs}<button>Back</button></form>
<script>document.forms[0].submit()</script>
"""


@contextmanager
def provider(port=0):
    """A provider that listens."""
    with served(ThreadingHTTPServer(("127.0.0.1", port), _Handler)) as server:
        server.provider = Provider(server.server_port)
        yield server.provider


if __name__ == "__main__":
    with provider(int(sys.argv[1])) as running:
        running.services.append(Path(sys.argv[2]).read_text())
        input("Runs until you press Enter.\n")
