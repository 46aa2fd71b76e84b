"""The letterhead: an organisation's own colour, logo and words on its reports."""

__all__ = [
    "models",
]
