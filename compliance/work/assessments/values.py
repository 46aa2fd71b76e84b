"""Values as people type them, by the kind of the question. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from compliance.ground.web.numbers import typed_number, written
from compliance.ground.web.text import FORBIDDEN

LONGEST_TEXT = 100_000


def parse(kind: str, typed: Sequence[str], choices: Sequence[str] = ()) -> Any:
    """The value to keep: number or ISO date as text, text, choice key, list of keys.

    None when nothing was typed. Raises ``ValueError`` in words for the person.
    """
    filled = [text for text in typed if text.strip()]
    if not filled:
        return None
    if kind == "choices":
        return _known(filled, choices)
    if kind in {"choice", "stage"}:
        return _known(filled, choices)[0]
    if kind == "number":
        return written(typed_number(filled[0]))
    if kind == "date":
        return _day(filled[0])
    return line_ends(checked_text(filled[0]))


def line_ends(text: str) -> str:
    """Line ends as one character, so that a browser's CRLF is no change."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def checked_text(text: str) -> str:
    """The text, if it fits and can be shown; else ``ValueError`` in words."""
    if len(text) > LONGEST_TEXT:
        msg = f"The text has {len(text):,} characters; {LONGEST_TEXT:,} fit."
        raise ValueError(msg)
    if found := FORBIDDEN.search(text):
        msg = f"Character {found.start() + 1} is a control character and cannot be shown."
        raise ValueError(msg)
    return text


def _known(keys: Sequence[str], choices: Sequence[str]) -> list[str]:
    if unknown := sorted(set(keys) - set(choices)):
        msg = f"“{unknown[0][:40]}” is not one of the choices."
        raise ValueError(msg)
    return [key for key in choices if key in keys]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        msg = "Write the date as 2026-12-31."
        raise ValueError(msg) from error
