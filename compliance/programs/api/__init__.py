"""The programming interface under ``/api/v1``: the same readers, actions and permissions as the pages."""

__all__ = ["models", "repeating"]
