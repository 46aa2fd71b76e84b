"""Webhooks: events of the trail, told to programs that an organisation names."""

__all__ = ["models"]
