"""The writer's block: the one way to change rows.

``writing()`` is in turn (see ``web/sqlite_lock.py``), one transaction, and may stand around
another. Every column that it changes is in one of its events (see ``rows.py``).
``attempt()`` is a part of it that may fail and be given up on its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from compliance.ground.web.sqlite_lock import in_turn
from compliance.proof.audit import rows, trail


@contextmanager
def writing() -> Iterator[None]:
    """Change rows and add their events: all of it, in turn, or nothing.

    Raises ``RuntimeError`` for a change that no event of its chain, in the block, has.
    """
    trail.write_waiting()  # of a block around: what is changed here is not theirs
    with (
        in_turn(),
        transaction.atomic(),
        rows.watched(trail.write_waiting) as (block, is_outermost),
    ):
        yield
        if not connection.needs_rollback:
            while is_outermost and block.last:
                block.last.pop(0)()
            if is_outermost:
                trail.write_waiting(is_last=True)
                rows.refuse_left(block)
            else:
                block.settle()


@contextmanager
def attempt() -> Iterator[None]:
    """A part of a writer's block that is undone alone when it raises.

    Raises ``RuntimeError`` outside of a writer's block.
    """
    if not connection.in_atomic_block:
        msg = "an attempt is part of a writer's block: put writing() around it"
        raise RuntimeError(msg)
    trail.write_waiting()
    with transaction.atomic(), rows.watched(trail.write_waiting):
        yield
