"""Webhooks: events of the trail, sent to programs that an organisation names."""

__all__ = ["models"]
