"""Reviews: each answer looked at, signed by four eyes, void or opened again."""

__all__ = [
    "actions",
    "checks",
    "choices",
    "event_labels",
    "events",
    "models",
    "pending",
    "preparers",
    "queries",
    "row_columns",
    "rows",
    "sampling",
    "signature_integrity",
    "signatures",
    "signing_statement",
    "states",
]
