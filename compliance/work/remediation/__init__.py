"""Actions, the tasks that close a gap: their table, board and pages."""

__all__ = ["actions", "event_labels", "suggesting", "waiting"]
