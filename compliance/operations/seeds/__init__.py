"""Reading a folder of seeds, checking across its files, and loading the library from it."""

__all__ = ["actions", "loader"]
