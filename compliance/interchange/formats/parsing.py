"""A file to a ``Found``, in a process of its own (``walls/child.py``).

A workbook has a process of another kind (``parsing_workbook``), since its library takes
long to load.

It reads the file from standard input and writes one line of JSON.
"""

import gc
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from compliance.interchange.formats import recognise
from compliance.interchange.formats.found import Found, Note


def main(arguments: list[str]) -> int:
    """Read what is no workbook; the exit status."""
    return tell(recognise.read, arguments)


def tell(read: Callable[[bytes, str], Found], arguments: list[str]) -> int:
    """Exit status: 0 for a file that was read, 1 for one that is too large to read."""
    suffix = arguments[0]
    gc.disable()  # it lives for one file; looking for rings costs a fifth of the time
    try:
        found = read(sys.stdin.buffer.read(), suffix.removeprefix("suffix="))
        text = json.dumps(found.plain(), ensure_ascii=False)
    except MemoryError:
        return _refuse("needs more memory than a checklist may")
    except Exception:  # a reader met what it does not foresee: refused, never half read
        return _refuse("cannot be read: it is not built as its format asks")
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return 0


def _refuse(words: str) -> int:
    found: dict[str, Any] = replace(
        Found("unknown"), faults=(Note("the file", words),)
    ).plain()
    print(json.dumps(found))  # noqa: T201 - its one output
    return 1
