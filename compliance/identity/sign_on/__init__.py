"""Single sign-on: the provider of an organisation, its domains, and who comes in by it."""

__all__ = ["actions", "addresses", "choices", "dns", "events", "models"]
