"""The parts of evidence and actions that a signature covers, and their labels. Pure."""

EVIDENCE = {
    "title": "title",
    "document_on": "date of the document",
    "covers_from": "period",
    "covers_to": "period",
    "expires_on": "expiry",
}
"""The file and the link of a piece never change: another one is another piece."""
ACTION = {
    "title": "title",
    "text": "details",
    "owner": "owner",
    "due_on": "due date",
    "priority": "priority",
    "status": "status",
    "effort_days": "effort",
}
