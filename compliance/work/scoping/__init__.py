"""Scoping: starting an assessment, its facts, what applies, and what it rests on."""

__all__ = ["cards"]
