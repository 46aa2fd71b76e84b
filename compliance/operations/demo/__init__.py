"""The demo organisation: read from ``seeds/demo``, made once, by the ordinary actions."""

__all__ = ["cast", "loading"]
