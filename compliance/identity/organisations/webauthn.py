"""Passkeys, checked by the library ``fido2``: no other module knows it.

A passkey belongs to the host of ``ATTEST_URL`` and answers on pages of that address
only. The device has to make sure of the person (user verification).
"""

import ipaddress
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from fido2.cose import ES256, ES384, RS256, EdDSA
from fido2.server import Fido2Server, to_descriptor
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST = 20_000
"""Characters of what a browser sends for a device."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,1400}")
_REQUIRED = UserVerificationRequirement.REQUIRED
_ALGORITHMS = (ES256, EdDSA, ES384, RS256)


class NotProvenError(Exception):
    """The response proves nothing: unreadable, of elsewhere, unsigned."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new key of a device; ``credential`` is what allauth keeps of one."""

    credential: dict[str, Any]
    sign_count: int


@contextmanager
def _proof() -> Iterator[None]:
    """Raises ``NotProvenError`` for whatever is stumbled over in what was sent."""
    try:
        yield
    except Exception as error:
        raise NotProvenError from error


def is_possible() -> bool:
    """Whether browsers let passkeys be used at ``ATTEST_URL``: HTTPS, and a name."""
    name = host()
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return False
    is_secure = settings.URL.lower().startswith("https://")
    return bool(name) and (is_secure or name == "localhost")


def host() -> str:
    """The host that passkeys belong to."""
    return urlsplit(settings.URL).hostname or ""


def encoded(challenge: bytes) -> str:
    return websafe_encode(challenge)


def to_make(*, handle: str, email: str, name: str, known: list[bytes], challenge: bytes) -> dict[str, Any]:
    """Options to make a key, which is none of the known ones."""
    options, _ = _server().register_begin(
        PublicKeyCredentialUserEntity(id=handle.encode(), name=email, display_name=name),
        [to_descriptor(AttestedCredentialData(public)) for public in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=_REQUIRED,
        challenge=challenge,
        extensions={"credProps": True},
    )
    return dict(options.public_key)


def to_use(*, known: list[bytes], challenge: bytes) -> dict[str, Any]:
    """Options to sign with one of the known keys."""
    options, _ = _server().authenticate_begin(
        [AttestedCredentialData(public) for public in known],
        user_verification=_REQUIRED,
        challenge=challenge,
    )
    return dict(options.public_key)


@_proof()
def claimed(said: str) -> tuple[str, str]:
    """Challenge and key that a reply names; nothing of it is proven yet."""
    given = _read(said)
    client = json.loads(websafe_decode(given["response"]["clientDataJSON"]))
    challenge, credential_id = str(client["challenge"]), str(given["rawId"])
    _hold(_NAME.fullmatch(challenge) and _NAME.fullmatch(credential_id))
    return challenge, credential_id


@_proof()
def made(said: str, *, challenge: str) -> Made:
    """The key that a device made for the challenge."""
    given = _read(said)
    reply = RegistrationResponse.from_dict(given)
    found = _server().register_complete(_state(challenge), reply)
    _hold(not reply.response.client_data.cross_origin)
    if (key := found.credential_data) is None:
        raise NotProvenError
    _hold(key.public_key.ALGORITHM in _numbers())
    own = encoded(key.credential_id)
    _hold(given["rawId"] == own)
    credential = {
        "id": own,
        "rawId": own,
        "type": "public-key",
        "response": {
            "clientDataJSON": encoded(bytes(reply.response.client_data)),
            "attestationObject": encoded(bytes(reply.response.attestation_object)),
        },
        "clientExtensionResults": {},
    }
    return Made(credential, found.counter)


def public_of(credential: dict[str, Any]) -> bytes:
    """The public key of a kept credential, with its id (``AttestedCredentialData``)."""
    reply = RegistrationResponse.from_dict(credential)
    return bytes(reply.response.attestation_object.auth_data.credential_data or b"")


@_proof()
def used(said: str, *, challenge: str, public: bytes, handle: str) -> int:
    """The count of a key that signed the challenge."""
    reply = AuthenticationResponse.from_dict(_read(said))
    key = AttestedCredentialData(public)
    _server().authenticate_complete(_state(challenge), [key], reply)
    _hold(not reply.response.client_data.cross_origin)
    _hold(reply.response.user_handle in {None, b"", handle.encode()})
    return int(reply.response.authenticator_data.counter)


def _hold(fact: object) -> None:
    if not fact:
        raise NotProvenError


def _read(said: str) -> Any:
    _hold(len(said) <= LONGEST)
    return json.loads(said)


def _server() -> Fido2Server:
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=host(), name="Attest"),
        verify_origin=lambda origin: origin == _origin(),
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=number)
        for number in _numbers()
    ]
    return server


def _origin() -> str:
    """``ATTEST_URL`` as browsers name it: no path, no port that goes without saying."""
    address = urlsplit(settings.URL)
    usual = {"https": 443, "http": 80}[address.scheme]
    port = "" if address.port in {None, usual} else f":{address.port}"
    return f"{address.scheme}://{address.hostname}{port}"


def _numbers() -> list[int]:
    return [each.ALGORITHM for each in _ALGORITHMS]


def _state(challenge: str) -> dict[str, str]:
    return {"challenge": challenge, "user_verification": _REQUIRED}
