"""The editor of a draft: outline, questions, facts, gates, and undo."""

__all__ = ["actions", "marks", "pages"]
