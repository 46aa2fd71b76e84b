"""Of large products of pages, roles and states a tenth runs each time, another each day.

``manage.py test`` gives all its processes one seed. ``TENTH=2026-12-02`` draws that of
another day again; the rest is marked ``long``.
"""

import os
from datetime import UTC, datetime
from zlib import crc32

import pytest

SEED = os.environ.setdefault("TENTH", datetime.now(UTC).date().isoformat())
WHOLE = pytest.mark.parametrize(
    "whole",
    [
        pytest.param(False, id=f"tenth of {SEED}"),
        pytest.param(True, id="whole", marks=pytest.mark.long),
    ],
)


def turn_of(name):
    """A number that decides who is drawn: as good as random, the same all day."""
    return crc32(f"{SEED} {name}".encode())


def is_drawn(name, whole=False):
    """Whether a page is of the tenth, or all of them are wanted."""
    return whole or turn_of(name) % 10 == 0


def mark_rest(items):
    """Mark as ``long`` the cases of each function with the mark ``tenth`` but a tenth.

    At least one stays, and each that has ``always`` as a parameter.
    """
    functions = {}
    for item in items:
        if mark := item.get_closest_marker("tenth"):
            cases = functions.setdefault((item.path, item.originalname), [])
            if mark.kwargs.get("always", item) not in item.callspec.params.values():
                cases.append(item)
    for cases in functions.values():
        cases.sort(key=lambda item: turn_of(item.nodeid))
        for item in cases[-(-len(cases) // 10) :]:
            item.add_marker("long")
