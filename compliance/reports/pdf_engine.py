"""The PDF engine with the settings of this installation: limits, fonts, key."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from compliance.press import api


def render(
    pieces: Iterable[str],
    css: str,
    path: Path,
    listen: api.Listen,
    attachments: Sequence[api.Attachment] = (),
    *,
    likely_pages: int = 0,
) -> api.Made:
    """Lay out a report within the limits of the settings. ``RenderError`` with words."""
    return api.render(
        pieces,
        css,
        path,
        listen,
        attachments,
        limits=api.Limits(settings.REPORT_SECONDS, settings.REPORT_BYTES),
        fonts=Path(settings.DATA_DIR) / "fonts",
        likely_pages=likely_pages,
    )


def place() -> api.Place:
    """Where the settings say that the key is."""
    return api.Place(
        folder=str(settings.KEYS_DIR),
        host=urlsplit(settings.URL).hostname or "localhost",
        pkcs12=settings.SEAL_PKCS12,
        key=settings.SEAL_KEY,
        chain=settings.SEAL_CHAIN,
        password=settings.SEAL_PASSWORD_FILE,
    )


def seal(path: Path) -> str:
    """Sign a report in its place; SHA-256 of the certificate. ``RenderError`` with words."""
    return api.seal(path, place(), settings.TIMESTAMP_URL)
