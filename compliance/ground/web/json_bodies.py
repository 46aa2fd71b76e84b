"""How large a body of JSON may be, whichever door it comes in by."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig

MOST_ITEMS = 1000
"""In all lists of a body together: each may ask for work of its own."""
MOST_VALUES = 10_000
"""Members of objects and items of lists together: each may be at fault by itself."""
DEEPEST = 50
"""Far deeper than anything of ours lies; whoever goes down does so by recursion."""


def parsed(content: bytes | str) -> Any:
    """The value that a body holds.

    Raises ``RequestDataTooBig`` for too many values, ``ValueError`` for no JSON and
    ``RecursionError`` for one that is too deep.
    """
    value = json.loads(content)
    items, values, level = 0, 0, [value]
    for _ in range(DEEPEST):
        lists = [one for one in level if isinstance(one, list)]
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        items, values = items + sum(map(len, lists)), values + len(level)
        if items > MOST_ITEMS or values > MOST_VALUES:
            msg = f"A body has at most {MOST_ITEMS} items and {MOST_VALUES} values."
            raise RequestDataTooBig(msg)
        if not level:
            return value
    raise RecursionError
