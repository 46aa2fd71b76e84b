"""The legal index: instruments, their provisions, how the law changed, and citations looked up in it."""

__all__ = ["actions", "changes", "choices", "cited", "citing", "fines", "models"]
