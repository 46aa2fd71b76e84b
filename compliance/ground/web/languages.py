"""Languages by their codes, as people call them."""

from django.conf.locale import LANG_INFO

OFFERED = ("de", "fr", "es", "it", "nl", "pl", "pt", "cs", "da", "sv", "fi", "el", "en")
"""Those that a list offers first; any other can be written."""


def language_name(code: str) -> str:
    """ "German" for "de"; a code that has no name here stands for itself."""
    info = LANG_INFO.get(code.lower(), {})
    name: str = info.get("name", code)
    return name
