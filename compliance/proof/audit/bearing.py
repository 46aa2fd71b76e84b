"""The token by which a program acts just now, for the events of what it changes.

The room ``api`` says once which program acts, around everything that it does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_BEARER: ContextVar[int | None] = ContextVar("bearer", default=None)


@contextmanager
def bearing(token_id: int) -> Iterator[None]:
    """Every event that is recorded meanwhile names this token."""
    before = _BEARER.set(token_id)
    try:
        yield
    finally:
        _BEARER.reset(before)


def borne() -> dict[str, int]:
    """The part of an event that names the token; empty for a person at a screen."""
    token_id = _BEARER.get()
    return {} if token_id is None else {"token": token_id}
