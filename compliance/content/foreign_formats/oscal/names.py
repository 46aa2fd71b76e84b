"""Words as the data types of OSCAL take them. Pure."""

import re

NAMESPACE = "https://attest.example/ns/oscal"
"""The namespace of our properties. The last part of its host is nobody's (RFC 2606),
and readers of OSCAL that take a namespace for a web address find one.
"""
FORMER = frozenset({"urn:attest:checklist"})
"""Under which files were written before."""
_TAKEN = re.compile(r"[^A-Za-z0-9._-]")


def token(key: str) -> str:
    """A key as an identifier: letters, digits, and a letter or "_" first."""
    plain = _TAKEN.sub(lambda found: f"_{ord(found[0]):x}_", key)
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def string(text: str) -> str:
    """Text as a value of one line with nothing around it."""
    return " ".join(text.split())
