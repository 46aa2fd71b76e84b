"""Comments on answers: who is mentioned, and what is resolved."""

__all__ = ["actions", "thread"]
