"""Signatures of assessments: what they cover, and since when and why one is void. No pages."""

__all__ = ["material", "validity"]
