"""A file to a ``Found``, in a process of its own: ``python -m ...formats.parsing``.

A workbook has a process of another kind (``parsing_workbook``), since its library takes
long to load.

It reads the file from standard input and writes one line of JSON. It limits its memory
and its time first; whoever started it also holds the clock (``walls/process.py``).
"""

import gc
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from compliance.interchange.formats import recognise
from compliance.interchange.formats.found import Found, Note
from compliance.interchange.walls import child


def main(read: Callable[[bytes, str], Found]) -> int:
    """Exit status: 0 for a file that was read, 1 for one that is too large to read."""
    suffix = child.enter()[0]
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


if __name__ == "__main__":
    sys.exit(main(recognise.read))
