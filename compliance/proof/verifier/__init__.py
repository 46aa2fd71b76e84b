"""Verifies a sealed report. Works without Django, so that anyone can run it."""

__all__ = ["checked", "verify_events"]
