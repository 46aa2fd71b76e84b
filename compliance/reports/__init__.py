"""Reports and audit packs: asked for, made, kept under their hash, sent."""

__all__ = [
    "actions",
    "against_disk",
    "choices",
    "kinds",
    "models",
    "queries",
    "report_lookup",
    "storage",
    "tasks",
]
