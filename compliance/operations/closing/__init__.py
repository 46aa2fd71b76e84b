"""All of an organisation as one archive, and its end: days of grace, deletion, a receipt."""

__all__ = [
    "archive_store",
    "asked",
    "belongings",
    "deletion",
    "grace",
    "integrity",
    "owned_rows",
]
