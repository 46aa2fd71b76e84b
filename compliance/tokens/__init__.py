"""Tokens, by which programs act for a person or read for an organisation: made, shown once, ended."""

__all__ = ["bearers", "models"]
