"""Secrets of webhooks, and the signatures under them: Standard Webhooks 1.0.0.

No secret is stored. Each follows from a key of the installation, the webhook and a number
that grows when the secret is changed (HMAC-SHA256 as a PRF, NIST SP 800-108), so neither
the database nor a backup of it can sign.
"""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings

from compliance.ground.web.secret import kept_file, retired_files

MARK = "whsec_"
"""The beginning of every secret, as the standard writes one."""


def secret_of(webhook_id: UUID, number: int) -> str:
    """The ``number``-th secret of a webhook, as its receiver gets it."""
    return secrets_of(webhook_id, number)[0]


def secrets_of(webhook_id: UUID, number: int) -> list[str]:
    """The same of the key in use and, after it, of each retired one: it may be that one's."""
    path = settings.KEYS_DIR / "webhooks.key"
    keys = [kept_file(path, lambda: secrets.token_bytes(32)), *retired_files(path)]
    return [_secret(key, webhook_id, number) for key in keys]


def _secret(key: bytes, webhook_id: UUID, number: int) -> str:
    label = f"attest webhook {webhook_id} {number}".encode()
    made = hmac.digest(key, label, hashlib.sha256)
    return MARK + base64.b64encode(made).decode()


def hash_of_secret(secret: str) -> str:
    """The hash by which a row knows its secret again."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of one message: ``v1,`` and an HMAC-SHA256 in Base64."""
    key = base64.b64decode(secret.removeprefix(MARK))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
