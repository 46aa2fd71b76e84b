"""A bundle checked in a process of its own (``walls/child.py``).

It reads the file from standard input and writes lines of JSON: what the bundle holds, or
``{"fault": words}``; then the events of its trails.
"""

import json
import sys
from typing import Any

from compliance.interchange.records.checking import BundleError, check


def main(_: list[str]) -> int:
    """Exit status: 0 for a bundle, 1 for a file that is refused."""
    try:
        check(sys.stdin.buffer, _tell)
    except BundleError as fault:
        words = str(fault)
    except MemoryError:
        words = "The file needs more memory than a bundle may"
    except Exception:  # met what nobody foresaw: refused, never half read
        words = "The file cannot be read: it is not built as a bundle is"
    else:
        return 0
    _tell({"fault": words})
    return 1


def _tell(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
