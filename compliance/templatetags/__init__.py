"""Filters that format values for templates."""

__all__ = ["paper", "ui"]
