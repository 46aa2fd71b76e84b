"""Contrast of colours, by WCAG 2.2 (relative luminance, contrast ratio). Pure."""

import re

WHITE = "#ffffff"
LEAST = 4.5
"""The contrast that text needs (WCAG 2.2, 1.4.3)."""
_COLOUR = re.compile("#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether a text is a colour as "#1b2b45"."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str = WHITE) -> float:
    """The ratio of two colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    if share <= 0.04045:
        return share / 12.92
    return float(((share + 0.055) / 1.055) ** 2.4)
