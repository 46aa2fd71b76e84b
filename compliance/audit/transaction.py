"""The writer's block: the one way to change rows.

``writing()`` is in turn (see ``web/turns.py``), one transaction, and may stand around
another. ``attempt()`` is a part of it that may fail and be given up on its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from compliance.web.turns import in_turn


@contextmanager
def writing() -> Iterator[None]:
    """Change rows and add their events: all of it, in turn, or nothing."""
    with in_turn(), transaction.atomic():
        yield


@contextmanager
def attempt() -> Iterator[None]:
    """A part of a writer's block that is undone alone when it raises.

    Raises ``RuntimeError`` outside of a writer's block.
    """
    if not connection.in_atomic_block:
        msg = "an attempt is part of a writer's block: put writing() around it"
        raise RuntimeError(msg)
    with transaction.atomic():
        yield
