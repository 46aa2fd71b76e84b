"""Proposals: answers as programs would give them, made, withdrawn, and set aside by a person."""

__all__ = ["actions"]
