"""A running assessment moves to another edition of its checklist, and back."""

__all__ = ["models"]
