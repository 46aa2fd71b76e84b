"""Names of browsers, systems and networks, from the headers of a request. Pure."""

from ipaddress import ip_address

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""Ordered: the header of an earlier program also contains the mark of a later one."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PHONES = {"iPhone", "Android"}


def program_of(agent: str) -> str:
    """ "Firefox, Linux", of the header User-Agent (RFC 9110, 10.1.5), which may lie."""
    said = [_first(_PROGRAMS, agent), _first(_SYSTEMS, agent)]
    return ", ".join(one for one in said if one) or "Unknown program"


def is_phone(agent: str) -> bool:
    """Whether the header names a phone."""
    return _first(_SYSTEMS, agent) in _PHONES


def network_of(address: str) -> str:
    """ "Private network, 10.0.0.7"; no place is looked up anywhere (RFC 6890)."""
    found = ip_address(address)
    if found.is_unspecified:
        return "Unknown"
    if found.is_loopback:
        return "The machine that Attest runs on"
    return f"Private network, {found}" if found.is_private else str(found)


def _first(words: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in words if mark in agent), "")
