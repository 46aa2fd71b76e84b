"""Proposals: answers as programs would give them, made, and set aside by a person."""

__all__ = ["actions"]
