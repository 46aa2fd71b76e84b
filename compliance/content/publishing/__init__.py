"""From draft to published: copies, next editions, reviews, merges with the original, retirement."""

__all__ = [
    "actions",
    "checking",
]
