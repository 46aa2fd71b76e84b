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
    "pending",
    "preparers",
    "queries",
    "resting",
    "rows",
    "sampling",
    "signature_integrity",
    "signatures",
    "signing_statement",
    "snapshot",
]
