"""The pages of an assessment: its list of questions, a row, evidence, comments, views that people keep."""

__all__ = [
    "actions",
    "forms",
    "history",
    "lines",
    "lists",
    "milestones",
    "models",
    "na_queue",
    "overview",
    "pages",
    "proposed",
    "row_pages",
    "standing_in",
]
