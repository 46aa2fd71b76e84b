"""Allowed characters in text from people. Everything else is literal and shown whole."""

import re
import unicodedata

from django.core.exceptions import ValidationError

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters but tab and line ends, lone surrogates, non-characters."""

UNSHOWN = "\ufffd"
"""The sign for a character that nobody can show."""

_BULLETS = re.compile("[\uf0b7\uf0a7]")
"""Bullets of lists as Word hands them on: private-use characters of its symbol fonts."""

_MEANS_NOTHING = re.compile(
    r"[\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff]"
    "|[" + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15)) + "]"
)
"""Private-use characters, which mean and look what a font of theirs says, and
non-characters."""

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")

OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows: a name could pose as another."""

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs without ink: the fillers of Hangul, and Braille without a dot."""


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 question", "2 questions"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """The text as paper and PDF can hold it; line ends are one kind.

    U+FFFD, the sign for exactly that, takes the place of a character that nobody can
    show: control characters, private-use ones but for Word's bullets, non-characters.
    The invisible mark U+FEFF, which no PDF may hold, goes.
    """
    text = _LINE_END.sub("\n", text).replace("\ufeff", "")
    if text.isascii():
        return FORBIDDEN.sub(UNSHOWN, text)
    text = _BULLETS.sub("\u2022", text)
    return _MEANS_NOTHING.sub(UNSHOWN, FORBIDDEN.sub(UNSHOWN, text))


def validate_text(value: str) -> None:
    """Refuse characters that no screen, paper or file can show; of any length."""
    if value.isascii() and value.isprintable():
        return
    if found := FORBIDDEN.search(value):
        msg = (
            f"Character {found.start() + 1} is a control character (U+"
            f"{ord(found.group()):04X}) and cannot be shown. Remove it."
        )
        raise ValidationError(msg, code="control")


def validate_line(value: str) -> None:
    """The same for names and titles: one line, something visible, no overrides."""
    if value.isascii() and value.isprintable() and value.strip():
        return  # most lines are plain, and a catalogue has tens of thousands
    validate_text(value)
    if found := re.search(r"[\t\r\n\u2028\u2029]", value):
        msg = f"Write it on one line: there is a line break at character {found.start() + 1}."
        raise ValidationError(msg, code="line")
    if found := OVERRIDES.search(value):
        msg = f"Character {found.start() + 1} turns the writing direction. Remove it."
        raise ValidationError(msg, code="direction")
    seen = (c for c in value if unicodedata.category(c)[0] in "LNPS")
    if value and BLANK.issuperset(seen):
        msg = "Write at least one visible character."
        raise ValidationError(msg, code="invisible")


LONGEST_SEARCHED = 200
"""Characters of a text that is searched for. Nobody types more."""


def searched(typed: str, longest: int = LONGEST_SEARCHED) -> str:
    """A text from outside as it is looked up: at most so many characters, no spaces around.

    It has no NUL, with which PostgreSQL compares nothing.
    """
    return typed.replace("\x00", "").strip()[:longest].rstrip()


def number_in(text: str | None) -> int | None:
    """The id or number that an address or a program names; None for any other text.

    It has at most 18 digits, which fit both databases.
    """
    is_number = text and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if text and is_number else None


def whole(text: str) -> int:
    """The same, and 0 where there is none."""
    return number_in(text) or 0
