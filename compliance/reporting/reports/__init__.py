"""Reports and audit packs: asked for, made, kept under their hash, sent."""

__all__ = [
    "access",
    "actions",
    "against_disk",
    "choices",
    "cleanup",
    "download",
    "job_ends",
    "kinds",
    "models",
    "queries",
    "report_lookup",
    "storage",
    "tasks",
    "throttle",
]
