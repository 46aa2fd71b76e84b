"""A report checked in a process of its own (``sandbox/child.py``).

It reads the file from standard input and writes one JSON object: what was found, or the
words for a file that is no report. Its arguments are a file with the certificates of
time-stamp services that count, "" for none, then the fingerprints of trusted
certificates.
"""

import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from compliance.proof.verifier.verify_report import (
    UnreadableError,
    certificates_in,
    verify,
)


def main(arguments: list[str]) -> None:
    """Write what was found."""
    services, *pins = arguments
    logging.disable()
    try:
        named = certificates_in(Path(services)) if services else ()
        data = sys.stdin.buffer.read()
        found = asdict(verify(data, frozenset(pins), services=named))
    except UnreadableError as error:
        found = {"problem": str(error)}
    sys.stdout.buffer.write(json.dumps(found, default=str).encode())
