"""Changes of the law: the pages of the legal index, and running assessments that a change touches."""

__all__ = ["actions", "law"]
