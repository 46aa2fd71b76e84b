"""Refusals of actions: a change that must not be made, and one that comes too late."""


class RefusedError(ValueError):
    """A change that must not be made; the text says why and what to do."""


class StaleError(Exception):
    """Someone else has changed the part since it was read; nothing is written."""
