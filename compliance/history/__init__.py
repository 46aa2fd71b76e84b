"""The page of the trail, and assessments as they stood at an earlier moment."""

__all__ = ["looking_back"]
