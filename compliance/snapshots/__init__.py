"""The content of an assessment with its hash: as it stands, as it stood, what changed."""

__all__ = [
    "changes",
    "content",
    "folding",
    "imported_facts",
    "models",
    "moments",
    "past",
    "resting",
    "snapshot",
]
