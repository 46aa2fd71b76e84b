"""Looks for due work at set times, by a thread of the web process for each.

Where workers are on many machines (``ATTEST_TASKS_URL``), one process of all holds the
schedule by a lease, and the others stand by. Each look is also safe on its own: rows are
locked, and what is done is done once, however many look.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import close_old_connections

from compliance.ground.web import leases

logger = logging.getLogger(__name__)

SCHEDULE = "schedule"
"""The name of the lease."""


@dataclass(frozen=True, slots=True)
class Look:
    """A task of every so many seconds."""

    name: str
    act: Callable[[], object]
    seconds: int = 60


def start(look: Look) -> None:
    """Start a clock; it ends with the process. A look that fails is logged."""
    tick = partial(_tick_for_ever, look)
    threading.Thread(target=tick, name=look.name, daemon=True).start()


def is_ours() -> bool:
    """Whether this process is the one that looks, and goes on being it."""
    if not settings.TASKS_URL:
        return True
    return leases.take(SCHEDULE, f"{socket.gethostname()}:{os.getpid()}")


@contextmanager
def logged(look: Look) -> Iterator[None]:
    """Log a look that fails: the next comes all the same."""
    try:
        yield
    except Exception:
        logger.exception("The clock “%s” failed; again in %s s.", look.name, look.seconds)
    finally:
        close_old_connections()


def _tick_for_ever(look: Look) -> None:
    while True:
        time.sleep(look.seconds)
        with logged(look):
            if is_ours():
                look.act()
