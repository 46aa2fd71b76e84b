"""Evidence: files and links with their versions, periods and hashes."""

__all__ = [
    "actions",
    "against_disk",
    "events",
    "filetypes",
    "forms",
    "models",
    "naming",
    "pictures",
    "receiving",
    "refusals",
    "scanning",
    "sending",
    "storage",
    "versions",
]
