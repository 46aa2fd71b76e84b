"""The content of an assessment with its hash: as it stands, as it stood, what changed."""

__all__ = [
    "as_of",
    "changes",
    "content",
    "folding",
    "imported_facts",
    "models",
    "moments",
    "resting",
    "snapshot",
]
