"""Leases: names that processes hold in the database, so that each machine sees who lives.

A lock on a file ends with its process, on one machine. A lease ends when nobody has renewed
it for ``SECONDS``, wherever its holder was. A process that stood still for so long and goes on
does work that another has begun again, which is why jobs can run twice and end once.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connections
from django.db.models import Q
from django.db.models.functions import Now

from compliance.ground.web.models import Lease

logger = logging.getLogger(__name__)

SECONDS = 60
RENEWAL_SECONDS = 10
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_KEPT = timedelta(days=1)


def take(name: str, holder: str) -> bool:
    """Hold a name, or go on holding it; False while someone else does."""
    free = Lease.objects.filter(Q(holder=holder) | Q(until__lt=Now()), name=name)
    until = Now() + timedelta(seconds=SECONDS)
    if free.update(holder=holder, until=until):
        return True
    new = Lease(name=name, holder=holder, until=_LONG_AGO)
    Lease.objects.bulk_create([new], ignore_conflicts=True)
    return bool(free.update(holder=holder, until=until))


def give_back(name: str, holder: str) -> None:
    """End a lease, if it is still one's own."""
    Lease.objects.filter(name=name, holder=holder).delete()


def is_held(name: str) -> bool:
    """Whether someone holds the name."""
    return Lease.objects.filter(name=name, until__gte=Now()).exists()


def forget_ended() -> None:
    """Delete what ended a day ago."""
    Lease.objects.filter(until__lt=Now() - _KEPT).delete()


@contextmanager
def held(name: str) -> Iterator[None]:
    """Hold a name that nobody else has until the block ends; a thread renews it."""
    is_over = threading.Event()
    take(name, name)
    renewal = partial(_renew, name, is_over)
    threading.Thread(target=renewal, name=f"lease of {name}", daemon=True).start()
    try:
        yield
    finally:
        is_over.set()
        give_back(name, name)


def _renew(name: str, is_over: threading.Event) -> None:
    while not is_over.wait(RENEWAL_SECONDS):
        try:
            try:
                take(name, name)
            finally:
                connections.close_all()
        except Exception:  # whatever it is, the next may succeed
            logger.exception("The lease of %s was not renewed.", name)
