"""Erasing a person from rows, trail, reports and files, and the record of it."""

__all__ = ["actions"]
