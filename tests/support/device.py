"""A device with passkeys, and how people use it: what a browser would send for it."""

import hashlib
import json
import secrets

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from tests.support.factories import PASSWORD

HOST = "attest.example"
ORIGIN = f"https://{HOST}"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """One passkey. Its fields are what it claims of itself, true or not."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.public = ES256.from_cryptography_key(self.key.public_key())
        self.credential_id = secrets.token_bytes(32)
        self.origin, self.host = ORIGIN, HOST
        self.flags = PRESENT | VERIFIED
        self.count = 0
        self.handle = None
        self.is_framed = False

    def make(self, options):
        """The reply of the device to the options for a new key."""
        self.handle = websafe_decode(options["user"]["id"])
        key = AttestedCredentialData.create(b"\0" * 16, self.credential_id, self.public)
        about = self._about(ATTESTED, key)
        made = AttestationObject.create("none", about, {})
        return self._said(
            clientDataJSON=self._client("webauthn.create", options["challenge"]),
            attestationObject=made,
        )

    def sign(self, options, **claims):
        """The signature for the options; ``claims`` replaces words of the browser."""
        self.count += 1
        kind = claims.get("kind", "webauthn.get")
        client = self._client(kind, claims.get("challenge", options["challenge"]))
        about = self._about(0)
        digest = hashlib.sha256(client).digest()
        given = {
            "clientDataJSON": client,
            "authenticatorData": about,
            "signature": self.key.sign(bytes(about) + digest, ec.ECDSA(hashes.SHA256())),
        }
        return self._said(**given | ({"userHandle": self.handle} if self.handle else {}))

    def _client(self, kind, challenge):
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin, self.is_framed)

    def _about(self, more, key=b""):
        host = hashlib.sha256(self.host.encode()).digest()
        return AuthenticatorData.create(host, self.flags | more, self.count, key)

    def _said(self, **response):
        named = websafe_encode(self.credential_id)
        return json.dumps(
            {
                "id": named,
                "rawId": named,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {n: websafe_encode(v) for n, v in response.items()},
            }
        )


def kept():
    """The passkeys of all people."""
    return Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)


def begin(client, name="Laptop", password=PASSWORD):
    """The page after the password, with what the device is asked."""
    return client.post("/passkeys/new/", {"name": name, "password": password})


def add(client, name="Laptop", device=None):
    """A new device whose passkey is the client's person's from now on."""
    device = device or Device()
    options = json.loads(begin(client, name).context["options"])
    client.post("/passkeys/add/", {"name": name, "said": device.make(options)})
    return device


def ask(client, to):
    """The call of the script before a form goes to an address."""
    return client.post("/passkeys/ask/", {"to": to})


def signed_for(client, device, to, **claims):
    """The field of a form to that address in place of the password."""
    return device.sign(ask(client, to).json(), **claims)
