"""The PDF engine with the settings of this installation: limits, fonts, key."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from compliance.proof.press import api


def render(
    pieces: Iterable[str],
    css: str,
    path: Path,
    listen: api.Listen,
    attachments: Sequence[api.Attachment] = (),
    *,
    likely_pages: int = 0,
    share: api.Share | None = None,
) -> api.Made:
    """Lay out a report within the limits of the settings. ``RenderError`` with words."""
    return api.render(
        pieces,
        css,
        path,
        listen,
        attachments,
        limits=_limits(),
        fonts=_fonts(),
        likely_pages=likely_pages,
        share=share,
    )


def help_with(folder: Path) -> bool:
    """Lay out pieces of a report that another worker makes in a folder; whether some are left."""
    return api.help_with(folder, limits=_limits(), fonts=_fonts())


def _limits() -> api.Limits:
    return api.Limits(settings.REPORT_SECONDS, settings.REPORT_BYTES)


def _fonts() -> Path:
    return Path(settings.DATA_DIR) / "fonts"


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
    services = settings.TIMESTAMP_CERTIFICATES
    return api.seal(path, place(), settings.TIMESTAMP_URL, services)
