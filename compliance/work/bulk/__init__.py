"""Setting many answers at once: what it would do, doing it, taking it back."""

__all__ = ["actions"]
