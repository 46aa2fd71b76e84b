"""Evidence: files and links with their versions, periods and hashes."""

__all__ = [
    "actions",
    "against_disk",
    "download",
    "events",
    "fields",
    "filetypes",
    "forms",
    "image_size",
    "models",
    "previews",
    "refusals",
    "safe_names",
    "scanning",
    "storage",
    "upload",
    "versions",
]
