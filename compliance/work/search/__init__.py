"""Search over answers, evidence, actions and questions, and its index in the database."""

__all__ = ["indexing", "queries", "terms"]
