"""Room for the frames of calls, so that calling deeper asks the system for no memory.

CPython 3.11 to 3.14 keeps the frames of a thread in chunks of 16 KiB, some twenty calls
each, and gives a chunk back as soon as its first frame is left. A loop that happens to
stand at the end of a chunk then maps and unmaps memory with each call, which made pages
up to 1.6 times as slow, depending on how deep the server had called. Later versions
keep one chunk back (python/cpython issue 142183), where this changes nothing.
"""

from collections.abc import Callable
from functools import wraps

WORDS = 70_000
"""Size of a frame whose chunk is 1 MiB, the next power of two: almost half stays free."""


def with_room[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same function; it and all that it calls share one chunk of a mebibyte.

    Memory that no call reaches is never touched, so it costs nothing.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=WORDS)
    return wraps(function)(call)
