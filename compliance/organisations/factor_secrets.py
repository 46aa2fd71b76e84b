"""Secrets of factors, kept under a key that is not in the database (AES-256-GCM).

The key lies in the keys folder, made when first needed, so that neither the database nor
a backup of it opens an app's secret or a recovery code.
"""

import base64
import logging
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from compliance.web.secret import kept_file

logger = logging.getLogger(__name__)
_BEGINS = "gcm1:"
_NONCE = 12
"""Bytes, random for each secret (NIST SP 800-38D, 8.2.2)."""


def closed(text: str) -> str:
    """The text as it is kept."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + _cipher().encrypt(nonce, text.encode(), _BEGINS.encode())
    return _BEGINS + base64.b64encode(sealed).decode()


def opened(kept: str) -> str:
    """The text again.

    Of one that the key does not open, random text: no code of it is ever right, and the
    person signs in by another factor.
    """
    try:
        sealed = base64.b64decode(kept.removeprefix(_BEGINS), validate=True)
        nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
        return _cipher().decrypt(nonce, rest, _BEGINS.encode()).decode()
    except (InvalidTag, ValueError):
        logger.exception(
            "The secret of a factor does not open: is %s the key it was made with?",
            settings.KEYS_DIR / "factors.key",
        )
        return base64.b32encode(secrets.token_bytes(20)).decode()


def _cipher() -> AESGCM:
    return AESGCM(
        kept_file(
            settings.KEYS_DIR / "factors.key",
            lambda: AESGCM.generate_key(bit_length=256),
        )
    )
