"""Questions that someone is asked to answer, and the page of that person."""

__all__ = ["actions"]
