"""The seal of this installation: where its key is, and having a report sealed."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from compliance.press import keys
from compliance.press.process import RenderError
from compliance.sandbox.process import UnfinishedError, output_of

MODULE = "compliance.press.sealing"
SECONDS = 90
MEMORY_BYTES = 1024 * 1024 * 1024


def place() -> keys.Place:
    """Where the settings say that the key is."""
    return keys.Place(
        folder=str(settings.KEYS_DIR),
        host=urlsplit(settings.URL).hostname or "localhost",
        pkcs12=settings.SEAL_PKCS12,
        key=settings.SEAL_KEY,
        chain=settings.SEAL_CHAIN,
        password=settings.SEAL_PASSWORD_FILE,
    )


def seal(path: Path) -> str:
    """Sign a report in its place; SHA-256 of the certificate. ``RenderError`` with words."""
    job = {
        "path": str(path),
        "place": vars(place()),
        "url": settings.TIMESTAMP_URL,
    }
    try:
        with output_of(
            MODULE,
            [],
            [json.dumps(job).encode()],
            seconds=SECONDS,
            memory_bytes=MEMORY_BYTES,
        ) as output:
            said = json.load(output)
    except UnfinishedError as error:
        msg = f"The report could not be sealed. {error}"
        raise RenderError(msg) from error
    if "problem" in said:
        msg = f"The report could not be sealed. {said['problem']}"
        raise RenderError(msg)
    return str(said["fingerprint"])
