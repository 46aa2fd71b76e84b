"""The clock of the trail: a thread of the web process that makes checkpoints."""

import logging
import threading
import time

from django.conf import settings
from django.db import close_old_connections

from compliance.audit.checkpoints import checkpoint_due

logger = logging.getLogger(__name__)

_SECONDS = 60
"""Between two looks. Of several processes one makes each checkpoint: a lock sees to it."""


def start_if_wanted() -> None:
    """Start the clock, unless ``CHECKPOINT_MINUTES`` is 0; it ends with the process."""
    if settings.CHECKPOINT_MINUTES:
        threading.Thread(target=_tick_for_ever, name="trail", daemon=True).start()


def _tick_for_ever() -> None:
    while True:
        time.sleep(_SECONDS)
        try:
            checkpoint_due()
        except Exception:
            logger.exception("No checkpoints this time; again in %s s.", _SECONDS)
        finally:
            close_old_connections()
