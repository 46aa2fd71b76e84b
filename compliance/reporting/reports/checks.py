"""System checks for reports that could not be sealed."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from compliance.ground.web.site_address import is_only_here
from compliance.proof.press.api import OWN, SealError, seal_of
from compliance.reporting.reports.pdf_engine import place

OTHERS = 0o077
"""Rights of group and others."""


def check_seal(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings that contradict each other, and files that are not there or open to all.

    Opens no key: a key that is there and does not fit is reported by ``check --deploy``.
    """
    found: list[CheckMessage] = []
    if settings.SEAL_PKCS12 and (settings.SEAL_KEY or settings.SEAL_CHAIN):
        msg = "ATTEST_SEAL_PKCS12 holds key and certificates: drop ATTEST_SEAL_KEY and _CHAIN."
        found.append(Error(msg, id="attest.E001"))
    if bool(settings.SEAL_KEY) != bool(settings.SEAL_CHAIN):
        msg = "ATTEST_SEAL_KEY and ATTEST_SEAL_CHAIN are set together or not at all."
        found.append(Error(msg, id="attest.E002"))
    for name in ("SEAL_PKCS12", "SEAL_KEY", "SEAL_CHAIN", "SEAL_PASSWORD_FILE"):
        path = getattr(settings, name)
        if path and not os.access(path, os.R_OK):
            msg = f"ATTEST_{name}: {path} cannot be read. No report can be sealed."
            found.append(Error(msg, id="attest.E003"))
    return found + _time_stamps() + _own_key()


def check_seal_fits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether the key opens, fits its certificate and is in time (``check --deploy``)."""
    try:
        seal_of(place())
    except SealError as error:
        return [Error(f"Reports cannot be sealed. {error}", id="attest.E005")]
    return []


def check_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether others can open the address that reports and mails name (``check --deploy``)."""
    if not is_only_here():
        return []
    msg = (
        f"ATTEST_URL is {settings.URL}, which opens on this machine alone. Reports, mails"
        " and links name it, and the certificate of the seal is named after its host."
    )
    return [Warning(msg, id="attest.W003")]


def _time_stamps() -> list[CheckMessage]:
    path = settings.TIMESTAMP_CERTIFICATES
    if path and not os.access(path, os.R_OK):
        msg = f"ATTEST_TIMESTAMP_CERTIFICATES: {path} cannot be read. No report can be checked."
        return [Error(msg, id="attest.E006")]
    if settings.TIMESTAMP_URL and not path:
        msg = (
            "ATTEST_TIMESTAMP_CERTIFICATES names no certificate, so the time stamps of"
            " ATTEST_TIMESTAMP_URL are ignored when a report is verified."
        )
        return [Warning(msg, id="attest.W002")]
    return []


def _own_key() -> list[CheckMessage]:
    path = Path(settings.KEYS_DIR) / OWN
    if not path.exists():
        return []
    if not os.access(path, os.R_OK):
        msg = (
            f"{path} cannot be read. No report can be sealed: give it to the user that"
            " runs Attest, or put it back from its backup."
        )
        return [Error(msg, id="attest.E004")]
    if path.stat().st_mode & OTHERS:
        msg = f"{path} can be read by others. Anyone who has it can seal: chmod 600."
        return [Warning(msg, id="attest.W001")]
    return []
