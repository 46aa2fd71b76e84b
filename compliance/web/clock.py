"""A scheduler: a thread of the web process that looks every minute, or as told, for due work."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections

logger = logging.getLogger(__name__)

_SECONDS = 60
"""Between two looks. Of several processes one does each thing: a lock sees to it."""


def start(name: str, look: Callable[[], object], seconds: int = _SECONDS) -> None:
    """Start the clock ``name``; it ends with the process. A look that fails is logged."""
    told = (name, look, seconds)
    threading.Thread(target=_tick_for_ever, args=told, name=name, daemon=True).start()


def _tick_for_ever(name: str, look: Callable[[], object], seconds: int) -> None:
    while True:
        time.sleep(seconds)
        try:
            look()
        except Exception:
            logger.exception("The clock “%s” failed; again in %s s.", name, seconds)
        finally:
            close_old_connections()
