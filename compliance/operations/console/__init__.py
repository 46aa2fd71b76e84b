"""The console of an installation: its state for administrators, and nothing that organisations keep."""

__all__ = []
