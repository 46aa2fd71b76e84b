"""The texts of an edition in other languages, side by side."""

__all__ = ["translator"]
