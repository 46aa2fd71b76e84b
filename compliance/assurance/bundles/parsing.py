"""A bundle checked in a process of its own (``sandbox/child.py``).

It reads the file from standard input and writes lines of JSON: what the bundle holds, or
``{"fault": words}``; then the events of its trails.
"""

import json
import sys
from typing import Any

from compliance.assurance.bundles.bundle_check import BundleError, check


def main(_: list[str]) -> None:
    """Write what a bundle holds, or why the file is refused."""
    try:
        check(sys.stdin.buffer, _write)
    except BundleError as fault:
        _write({"fault": str(fault)})


def _write(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
