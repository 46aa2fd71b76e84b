"""The whole installation in one file, and back: backup, its check, restore."""

__all__ = [
    "backup",
    "compatibility",
    "manifest",
    "places",
    "restore",
    "retention",
    "verify",
]
