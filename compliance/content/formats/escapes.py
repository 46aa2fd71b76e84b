"""Escapes texts that a spreadsheet program would read differently. Pure.

XLSX writes a character as "_x0041_"; a cell that begins as a formula does may run, also
where the sign stands behind others that nobody sees.
"""

import re

_UNSEEN = (
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Signs without a picture, and those that only direct others."""
FORMULA = re.compile(f"[{_UNSEEN}]*[=+\\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet program may run."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_typed(text: str) -> bool:
    """Whether a cell has to be marked as typed text, since it would run or lose a sign."""
    return text.startswith("'") or FORMULA.match(text) is not None


def escaped(text: str) -> str:
    """The text as the file holds it, where "_x0041_" would be read as "A"."""
    marked = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return marked.replace("\r", "_x000D_")  # XML would read it as a line feed


def unescaped(text: str) -> str:
    """The text that a person sees, from the one in the file."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
