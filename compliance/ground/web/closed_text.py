"""Texts kept under a key that is not in the database (AES-256-GCM).

The key lies in the keys folder, made when first needed, so that neither the database nor
a backup of it opens one. Retired keys open, and close nothing.
"""

import base64
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compliance.ground.web.secret import kept_file, retired_files

_BEGINS = "gcm1:"
_NONCE = 12
"""Bytes, random for each secret (NIST SP 800-38D, 8.2.2)."""


def closed(text: str, key: Path) -> str:
    """The text as it is kept."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + _cipher(key).encrypt(nonce, text.encode(), _BEGINS.encode())
    return _BEGINS + base64.b64encode(sealed).decode()


def opened(kept: str, key: Path) -> str:
    """The text again. Raises ``ValueError`` for one that no key opens, retired or not."""
    sealed = base64.b64decode(kept.removeprefix(_BEGINS), validate=True)
    nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
    for cipher in _ciphers(key):
        with suppress(InvalidTag):
            return cipher.decrypt(nonce, rest, _BEGINS.encode()).decode()
    msg = f"{key} is not the key that this was closed with"
    raise ValueError(msg)


def _ciphers(key: Path) -> Iterator[AESGCM]:
    yield _cipher(key)
    yield from map(AESGCM, retired_files(key))


def _cipher(key: Path) -> AESGCM:
    return AESGCM(kept_file(key, lambda: AESGCM.generate_key(bit_length=256)))
