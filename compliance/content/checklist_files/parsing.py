"""A file to a ``Found``, in a process of its own (``sandbox/child.py``).

A workbook has a process of another kind (``parsing_workbook``), since its library takes
long to load.

It reads the file from standard input and writes one line of JSON.
"""

import gc
import json
import sys
from collections.abc import Callable

from compliance.content.checklist_files import recognise
from compliance.content.formats.findings import Found


def main(arguments: list[str]) -> None:
    """Read a file that is not a workbook."""
    write_result(recognise.read, arguments)


def write_result(read: Callable[[bytes, str], Found], arguments: list[str]) -> None:
    """Write what the file holds, or what keeps it from being read."""
    suffix = arguments[0]
    gc.disable()  # it lives for one file; looking for rings costs a fifth of the time
    found = read(sys.stdin.buffer.read(), suffix.removeprefix("suffix="))
    text = json.dumps(found.plain(), ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
