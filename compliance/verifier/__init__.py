"""Whether a report stands as it was sealed. Works without Django, so that anyone can run it."""

__all__ = ["checked"]
