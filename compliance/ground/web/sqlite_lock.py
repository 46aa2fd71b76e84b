"""Serialises writes, first come, first served, where the database does not.

SQLite lets one write at a time and picks among those that wait by luck: of sixteen
people who save at once, someone waits for many seconds. A lock on a file beside
the database has a queue.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from compliance.ground.web.replica import refuse_change


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait for one's turn, and have it until the block ends; a dead process has none.

    A page that is read from a replica ends here and begins again (``replica.py``).
    Stands around a transaction, so that the turn ends after the commit. Only SQLite
    in a file needs it.
    """
    refuse_change()
    file = Path(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or connection.in_atomic_block or not file.is_file():
        yield
        return
    with open(f"{file}-turn", "a") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
