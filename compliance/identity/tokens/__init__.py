"""Tokens, by which programs act for a person or read for an organisation: made, shown once, ended."""

__all__ = ["actions", "bearers", "limits", "models"]
