"""A report checked in a process of its own (``walls/child.py``).

It reads the file from standard input and writes one JSON object: what was found, or the
words for a file that is no report. The fingerprints of the trusted certificates are its
arguments.
"""

import json
import logging
import sys
from dataclasses import asdict

from compliance.interchange.records.verify_report import UnreadableError, verify


def main(arguments: list[str]) -> None:
    """Write what was found."""
    pins = frozenset(arguments)
    logging.disable()
    try:
        found = asdict(verify(sys.stdin.buffer.read(), pins))
    except UnreadableError as error:
        found = {"problem": str(error)}
    sys.stdout.buffer.write(json.dumps(found, default=str).encode())
