"""Pictures of pages and photos: drawn small in a process of its own, and kept for a while."""

__all__ = ["drawing", "greys"]
