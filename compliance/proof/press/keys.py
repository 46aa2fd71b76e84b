"""The key that seals reports, and its certificate (RFC 5280). Knows no settings.

One file holds both, so that two processes never pair the key of one with the
certificate of the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from compliance.ground.web.secret import RETIRED, kept_file

VALID = timedelta(days=3653)
EARLIER = timedelta(minutes=5)
"""How long before now a new certificate begins: clocks differ."""
LONGEST_NAME = 64
"""Characters of a common name (RFC 5280, appendix A)."""
OWN = "seal.pem"
SMALLEST_RSA_BITS = 2048
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SealError(Exception):
    """There is no seal; the text says why, for whoever runs the installation."""


@dataclass(frozen=True)
class Place:
    """Where key and certificate are; every path as text, "" where there is none.

    ``pkcs12``, or else ``key`` with ``chain``, or else the installation's own in
    ``folder``, made on first use for ``host``. The first line of the file
    ``password`` opens the key.
    """

    folder: str
    host: str
    pkcs12: str = ""
    key: str = ""
    chain: str = ""
    password: str = ""


@dataclass(frozen=True)
class Seal:
    """A private key, its certificate, and the certificates above that one."""

    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()


def seal_of(place: Place) -> Seal:
    """The seal there; ``SealError`` when it cannot be read or may not sign."""
    seal = _seal(place)
    _refuse_unfit(seal)
    return seal


def certificates_of(place: Place) -> tuple[x509.Certificate, ...]:
    """Certificates that this installation signs with, then those it signed with before.

    One that has run out signs no more, and its reports still count. ``SealError`` when one
    cannot be read.
    """
    folder = Path(place.folder)
    before = sorted((folder / RETIRED).glob("*.pem"))
    if (place.pkcs12 or place.key) and (folder / OWN).is_file():
        before.insert(0, folder / OWN)  # of the time before that one
    earlier = [_read(str(path), x509.load_pem_x509_certificates) for path in before]
    return (_seal(place).certificate, *(one for found in earlier for one in found))


def _seal(place: Place) -> Seal:
    if place.pkcs12:
        return _read(place.pkcs12, lambda content: _from_pkcs12(content, place))
    if place.key:
        return _read(place.key, lambda content: _from_pem(content, place))
    return _own(place)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, 64 hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def made(host: str, now: datetime) -> bytes:
    """A new P-256 key with a certificate signed by itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Attest at {host}"[:LONGEST_NAME])])
    begins = now.replace(microsecond=0) - EARLIER
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,  # the bit that was called nonRepudiation
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _own(place: Place) -> Seal:
    path = Path(place.folder) / OWN
    try:
        content = kept_file(path, lambda: made(place.host, datetime.now(UTC)))
    except OSError as error:
        raise SealError(_unreadable(str(path), error)) from error
    return _parsed(str(path), content, lambda text: _paired(text, None, text))


def _read[T](path: str, parse: Callable[[bytes], T]) -> T:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise SealError(_unreadable(path, error)) from error
    return _parsed(path, content, parse)


def _parsed[T](path: str, content: bytes, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(content)
    except (ValueError, TypeError) as error:  # TypeError: a password too much, or none
        msg = f"{path} is not a key or certificate, or its password is another."
        raise SealError(msg) from error


def _unreadable(path: str, error: OSError) -> str:
    return f"{path} cannot be read: {error.strerror}."


def _from_pkcs12(content: bytes, place: Place) -> Seal:
    key, certificate, others = pkcs12.load_key_and_certificates(content, _password(place))
    if certificate is None:
        raise ValueError
    return Seal(_fit(key), certificate, tuple(others))


def _from_pem(content: bytes, place: Place) -> Seal:
    chain = place.chain or place.key
    return _read(chain, lambda text: _paired(content, _password(place), text))


def _paired(key: bytes, password: bytes | None, certificates: bytes) -> Seal:
    first, *others = x509.load_pem_x509_certificates(certificates)
    return Seal(_fit(load_pem_private_key(key, password)), first, tuple(others))


def _password(place: Place) -> bytes | None:
    if not place.password:
        return None
    return _read(place.password, lambda content: content.split(b"\n")[0].strip())


def _fit(key: object) -> Key:
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    msg = "A seal needs a key of the kind EC (P-256 and up) or RSA."
    raise SealError(msg)


def _refuse_unfit(seal: Seal) -> None:
    certificate, now = seal.certificate, datetime.now(UTC)
    if _public(seal.key.public_key()) != _public(certificate.public_key()):
        msg = "The certificate belongs to another key. Its own must come first."
        raise SealError(msg)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        msg = f"The certificate is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only."
        raise SealError(msg)
    if isinstance(seal.key, rsa.RSAPrivateKey) and seal.key.key_size < SMALLEST_RSA_BITS:
        msg = f"An RSA key of less than {SMALLEST_RSA_BITS} bits is too weak for a seal."
        raise SealError(msg)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        msg = "The certificate is not for signatures: its key usage says so."
        raise SealError(msg)


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]
