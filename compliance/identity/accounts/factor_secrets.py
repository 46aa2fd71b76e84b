"""Secrets of factors, kept under ``factors.key``: see ``closed_text``."""

import base64
import logging
import secrets
from pathlib import Path

from django.conf import settings

from compliance.ground.web import closed_text

logger = logging.getLogger(__name__)


def closed(text: str) -> str:
    """The text as it is kept."""
    return closed_text.closed(text, _key())


def opened(kept: str) -> str:
    """The text again.

    Of one that the key does not open, random text: no code of it is ever right, and the
    person signs in by another factor.
    """
    try:
        return closed_text.opened(kept, _key())
    except ValueError:
        logger.exception(
            "The secret of a factor does not open: is %s the key it was made with?",
            _key(),
        )
        return base64.b32encode(secrets.token_bytes(20)).decode()


def _key() -> Path:
    return Path(settings.KEYS_DIR) / "factors.key"
