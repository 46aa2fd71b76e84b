"""The page of the trail, and assessments at an earlier moment."""

__all__ = ["looking_back"]
