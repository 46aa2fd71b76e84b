"""Checklists out as files and in again: recognised, previewed, kept as a draft."""

__all__ = ["actions", "recognise", "writing"]
