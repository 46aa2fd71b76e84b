"""How a person signs in: address, password, factors, sessions, and the page that shows them."""

__all__ = ["actions", "pages", "session_expiry", "tasks"]
