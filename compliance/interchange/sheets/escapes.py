"""Characters that an XLSX part writes as "_x0041_". Pure."""

import re

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """The text as the file holds it, where "_x0041_" would be read as "A"."""
    marked = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return marked.replace("\r", "_x000D_")  # XML would read it as a line feed


def unescaped(text: str) -> str:
    """The text that a person sees, from the one in the file."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
