"""Presence: who has an assessment open, in which row, and what changed since each last looked."""

__all__ = ["actions", "models", "places", "seeing"]
