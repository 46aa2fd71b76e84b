"""Throttles progress updates."""

import time
from collections.abc import Callable

EVERY_SECONDS = 0.5

Listen = Callable[[str, int], None]
"""Takes a step in words and whole percents."""


def paced(listen: Listen) -> Listen:
    """Passes steps on, but not more often than a person can read."""
    last = 0.0

    def now_and_then(step: str, percent: int) -> None:
        nonlocal last
        if time.monotonic() - last < EVERY_SECONDS:
            return
        last = time.monotonic()
        listen(step, percent)

    return now_and_then
