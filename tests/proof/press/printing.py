"""The engine as its tests use it: without settings."""

import tempfile
from pathlib import Path

from compliance.proof.press import api

LIMITS = api.Limits(seconds=600, memory_bytes=2**30)
FONTS = Path(tempfile.gettempdir()) / "attest-test-fonts"


def render(*given, limits=LIMITS):
    """Lay out within those limits."""
    return api.render(*given, limits=limits, fonts=FONTS)
