"""Metadata of a SAML provider, and those that Attest gives to providers.

Source: SAML 2.0 Metadata. The certificates in it are the only ones that count.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.exceptions import ValidationError
from lxml import etree

from compliance.ground.web import outgoing
from compliance.ground.web.text import validate_line
from compliance.identity.sign_on import saml_key, saml_xml
from compliance.identity.sign_on.saml_xml import DS, METADATA, PROTOCOL

MOST_BYTES = 1_000_000
_MOST_CERTIFICATES = 10
_MOST_ENTITY = 300
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_WHAT = "The metadata"


@dataclass(frozen=True, slots=True)
class Provider:
    """A SAML provider."""

    entity: str
    """The provider's name, its entity ID: the issuer of its answers."""
    sign_in_at: str
    """The address to send people to, by redirect."""
    certificates: str
    """The certificates that it signs with, in base64 (DER), one a line."""


@dataclass(frozen=True, slots=True)
class Service:
    """Attest, as one organisation's provider knows it."""

    entity: str
    answers_at: str
    """The address that answers are posted to (assertion consumer service)."""


def read(text: bytes) -> Provider:
    """The provider in a file of metadata. Raises ``ValidationError``."""
    root = saml_xml.parsed(text, "The file", MOST_BYTES)
    roles = [
        one
        for one in root.iter(f"{{{METADATA}}}IDPSSODescriptor")
        if PROTOCOL in one.get("protocolSupportEnumeration", "").split()
    ]
    if len(roles) != 1:
        msg = (
            f"{_WHAT} describes {len(roles)} providers of SAML 2.0. Enter that of one provider."
            if roles
            else "This is not the metadata of a provider of SAML 2.0."
        )
        raise ValidationError(msg)
    role = roles[0]
    _refuse_over([role, *role.iterancestors()])
    above = role.getparent()
    entity = "" if above is None else above.get("entityID", "")
    try:
        validate_line(entity)
    except ValidationError:
        entity = ""
    if not 0 < len(entity) <= _MOST_ENTITY:
        msg = f"{_WHAT} has no entity ID, or one of more than {_MOST_ENTITY} characters."
        raise ValidationError(msg)
    return Provider(entity, _sign_in_at(role), "\n".join(_certificates(role)))


def opened(certificates: str) -> list[x509.Certificate]:
    """Certificates as Attest stores them."""
    return [x509.load_der_x509_certificate(base64.b64decode(one)) for one in certificates.splitlines()]


def written(service: Service) -> bytes:
    """Attest's own metadata for one organisation."""
    name = f"{{{METADATA}}}"
    root = etree.Element(
        f"{name}EntityDescriptor",
        {"entityID": service.entity},
        nsmap={"md": METADATA, "ds": DS},
    )
    role = etree.SubElement(
        root,
        f"{name}SPSSODescriptor",
        {
            "AuthnRequestsSigned": "true",
            "WantAssertionsSigned": "true",
            "protocolSupportEnumeration": PROTOCOL,
        },
    )
    for certificate in saml_key.certificates():
        key = etree.SubElement(role, f"{name}KeyDescriptor", {"use": "signing"})
        data = etree.SubElement(etree.SubElement(key, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
        etree.SubElement(data, f"{{{DS}}}X509Certificate").text = certificate
    etree.SubElement(role, f"{name}NameIDFormat").text = PERSISTENT
    etree.SubElement(
        role,
        f"{name}AssertionConsumerService",
        {
            "Binding": POST,
            "Location": service.answers_at,
            "index": "0",
            "isDefault": "true",
        },
    )
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return text


def moment(text: str | None) -> datetime | None:
    """A time as SAML writes it, in UTC; None if it is not one."""
    try:
        found = datetime.fromisoformat(text or "")
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _refuse_over(elements: list[etree._Element]) -> None:
    for one in elements:
        stated = one.get("validUntil")
        until = moment(stated)
        if stated is not None and (until is None or until <= datetime.now(UTC)):
            msg = f"{_WHAT} expired on {stated[:10]}. Ask the provider's administrator for newer metadata."
            raise ValidationError(msg)


def _sign_in_at(role: etree._Element) -> str:
    for one in role.findall(f"{{{METADATA}}}SingleSignOnService"):
        if one.get("Binding") == REDIRECT:
            place = str(one.get("Location", ""))
            try:
                outgoing.refuse_address(place)
            except outgoing.AddressRefusedError as error:
                msg = f"{_WHAT} has no usable address to sign in at: {error}"
                raise ValidationError(msg) from error
            return place
    msg = f"{_WHAT} has no address to sign in at by redirect (HTTP-Redirect)."
    raise ValidationError(msg)


def _certificates(role: etree._Element) -> list[str]:
    found = list(dict.fromkeys(_usable(role)))
    if not found:
        msg = (
            f"{_WHAT} has no signing certificate that is strong enough: RSA of 2048 bits or"
            " more, or an elliptic curve of 256."
        )
        raise ValidationError(msg)
    if len(found) > _MOST_CERTIFICATES:
        msg = f"{_WHAT} has more than {_MOST_CERTIFICATES} certificates."
        raise ValidationError(msg)
    return found


def _usable(role: etree._Element) -> Iterator[str]:
    for key in role.findall(f"{{{METADATA}}}KeyDescriptor"):
        if key.get("use", "signing") != "signing":
            continue
        for one in key.iter(f"{{{DS}}}X509Certificate"):
            try:
                data = base64.b64decode("".join((one.text or "").split()), validate=True)
                own = x509.load_der_x509_certificate(data).public_key()
            except (binascii.Error, ValueError, TypeError) as error:
                msg = f"{_WHAT} has a certificate that Attest cannot read."
                raise ValidationError(msg) from error
            is_rsa = isinstance(own, rsa.RSAPublicKey) and own.key_size >= 2048
            is_ec = isinstance(own, ec.EllipticCurvePublicKey) and own.key_size >= 256
            if is_rsa or is_ec:
                yield base64.b64encode(data).decode()
