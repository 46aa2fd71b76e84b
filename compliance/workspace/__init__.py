"""The pages of an assessment: its list of questions, a row, bulk, evidence, and who is there."""

__all__ = [
    "actions",
    "cards",
    "forms",
    "history",
    "lines",
    "lists",
    "milestones",
    "overview",
    "pages",
    "proposed",
    "row_pages",
    "standing_in",
]
