"""Where a piece of evidence is used, and its next version in the place of the one before."""

__all__ = ["uses"]
