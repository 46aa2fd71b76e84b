"""Readers of the address of this installation (``ATTEST_URL``): this machine, or others."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings


def is_only_here() -> bool:
    """Whether the address opens nowhere but on the machine that runs Attest."""
    return is_here(settings.URL)


def is_here(url: str) -> bool:
    """Whether an address is of the machine that asks for it."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
