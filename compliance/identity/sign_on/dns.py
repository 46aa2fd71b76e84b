"""The text records of a domain, asked of the name server that is configured."""

import re

import dns.exception
import dns.name
from django.conf import settings
from django.core.exceptions import ValidationError

_SECONDS = 3.0
PREFIX = "_attest"
"""The records stand below the domain, so that they meet nobody else's."""


def domain_name(text: str) -> str:
    """A domain as DNS has it. Raises ``ValidationError`` for what is none."""
    try:
        name = dns.name.from_text(text.strip().rstrip(".").lower().removeprefix("@"))
        found: str = name.to_text(omit_final_dot=True)
    except (dns.exception.DNSException, UnicodeError):
        found = ""
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", found) or len(found) > 240:
        msg = "Write a domain such as example.com."
        raise ValidationError(msg)
    return found


def domain_of(email: str) -> str:
    """The domain of an address, as ``domain_name`` has it; "" for one that is none."""
    try:
        return domain_name(email.rpartition("@")[2])
    except ValidationError:
        return ""


def spellings(domain: str) -> set[str]:
    """A domain as DNS has it and as people write it: "bücher.example", "straße.example".

    DNS takes others for the same, in full-width letters or with other dots; an address
    with one of those is nobody's.
    """
    try:
        # by IDNA 2008 (RFC 5891), as ``domain_name``: Python's own codec knows no ß
        return {domain, dns.name.from_text(domain).to_unicode(True, dns.name.IDNA_2008)}
    except (dns.exception.DNSException, UnicodeError):
        return {domain}


def texts_of(domain: str) -> list[str]:
    """The text records at ``_attest`` below a domain. Raises ``ValidationError``."""
    import dns.resolver  # noqa: PLC0415 - large

    place = f"{PREFIX}.{domain}"
    resolver = dns.resolver.Resolver(configure=not settings.NAME_SERVER)
    if settings.NAME_SERVER:
        host, _, port = settings.NAME_SERVER.partition(":")
        resolver.nameservers, resolver.port = [host], int(port or 53)
    try:
        found = resolver.resolve(place, "TXT", lifetime=_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        msg = f"The name servers of {domain} give no reply. Try again in a while."
        raise ValidationError(msg) from error
    return [b"".join(one.strings).decode(errors="replace") for one in found]
