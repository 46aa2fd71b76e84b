"""The key with which Attest signs its requests to SAML providers.

A person's browser carries the request. A provider that checks the signature knows that nobody
removed "ask again" on the way. Attest makes the key on first use, in the keys folder. A
retired one signs on until it is deleted, while the metadata have both: each provider knows
the new one before the first request that it signs.
"""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from compliance.ground.web.secret import kept_file

METHOD = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_YEARS = 20
"""Validity of the certificate: sign-on ends with it at providers that check signatures."""


def signature(text: str) -> str:
    """The signature of a request, in base64; skips a check of our own key, which takes 0.1 s."""
    key = cast(
        "rsa.RSAPrivateKey",
        load_pem_private_key(_kept()[0], None, unsafe_skip_rsa_key_validation=True),
    )
    made = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(made).decode()


def certificates() -> list[str]:
    """For providers, in base64 (DER), that of the key which signs first."""
    found = map(x509.load_pem_x509_certificate, _kept())
    return [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in found]


def _kept() -> list[bytes]:
    """Keys with their certificates: the one that signs, then those that will."""
    path = Path(settings.KEYS_DIR) / "saml.pem"
    retired = path.with_name(f"{path.name}.retired")
    earlier = [retired.read_bytes()] if retired.exists() else []
    return [*earlier, kept_file(path, _made)]


def _made() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Attest")])
    now = datetime.now(UTC)
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + own.public_bytes(
        Encoding.PEM
    )
