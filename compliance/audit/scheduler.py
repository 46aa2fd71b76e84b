"""The clock of the trail: it makes checkpoints."""

from django.conf import settings

from compliance.audit.checkpoints import checkpoint_due
from compliance.web import clock


def start_if_wanted() -> None:
    """Start the clock, unless ``CHECKPOINT_MINUTES`` is 0."""
    if settings.CHECKPOINT_MINUTES:
        clock.start("trail", checkpoint_due)
