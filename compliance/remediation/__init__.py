"""Actions, the tasks that close a gap: their table, board and pages."""
