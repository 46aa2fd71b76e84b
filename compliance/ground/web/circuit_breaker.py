"""A circuit breaker: leaves a service alone for a while after it did not answer."""

import logging
import time
from dataclasses import dataclass

logger = logging.getLogger(__name__)

SECONDS = 5.0
"""How long no page waits for the service."""


@dataclass(slots=True)
class CircuitBreaker:
    """Of one service, in one process."""

    says: str = ""
    """Logged with the kind of error when the service is left alone from now on."""
    until: float = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether the service may be asked."""
        return time.monotonic() >= self.until

    def trip(self, error: BaseException) -> None:
        """Leave the service alone from now on."""
        if self.says and self.is_closed:
            logger.warning(self.says, type(error).__name__)
        self.until = time.monotonic() + SECONDS
