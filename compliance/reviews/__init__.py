"""The content of an assessment with its hash; review, signature, four eyes."""

__all__ = [
    "actions",
    "changes",
    "checks",
    "choices",
    "content",
    "event_labels",
    "events",
    "models",
    "moments",
    "past",
    "preparers",
    "reading",
    "resting",
    "rows",
    "sampling",
    "signatures",
    "signed",
    "signing_statement",
    "snapshot",
    "waiting",
]
