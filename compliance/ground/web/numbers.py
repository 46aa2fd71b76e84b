"""Numbers as people type them, with a point or a comma. Pure."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_PLACES = 30
"""Behind the point: "1e-999999" is short to type and a megabyte to write out."""
_DIGITS = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)")


def number(value: Any) -> Decimal:
    """The number that was kept, however it was written; raises ``ValueError``."""
    text = str(value).strip()
    try:
        found = Decimal(text.replace(",", "."))
    except InvalidOperation:
        found = Decimal("NaN")
    is_far = not found.is_finite() or abs(found) >= Decimal(10) ** 12
    if is_far or found.adjusted() < -MOST_PLACES or len(text) > 30:
        raise _no_number(text)
    return found


def typed_number(typed: str) -> Decimal:
    """The number that a person typed; raises ``ValueError`` with words for the person.

    "1,200" and "1.200" are 1200 to one person and 1.2 to the next: nobody guesses.
    """
    text, found = typed.strip(), number(typed)
    if not _DIGITS.fullmatch(text):
        raise _no_number(text)
    if _may_be_thousands(found):
        whole, fraction = written(found * 1000), written(found)
        msg = f"“{text}” can be read in two ways. Write {whole} or {fraction}."
        raise ValueError(msg)
    return found


def written(exact: Decimal) -> str:
    """A number in digits that read in one way, and are taken when they are typed.

    1.234 is 1234 to some, so it becomes "1.2340".
    """
    text = format(exact.normalize(), "f")
    return f"{text}0" if _may_be_thousands(Decimal(text)) else text


def _may_be_thousands(exact: Decimal) -> bool:
    """Whether there are three places behind one to three digits, the first not 0."""
    return exact.as_tuple().exponent == -3 and 1 <= abs(exact) < 1000


def _no_number(text: str) -> ValueError:
    return ValueError(f"“{text[:40]}” is not a number. Write it in plain digits, such as 1200 or 2.5.")
