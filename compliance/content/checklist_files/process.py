"""Reading a file of a checklist in a process that can be killed."""

import json
from collections.abc import Iterable
from pathlib import PurePath

from compliance.content.formats import limits
from compliance.content.formats.findings import Found, Note, from_plain
from compliance.ground.sandbox.process import UnfinishedError, output_of

MODULE = "compliance.content.checklist_files.parsing"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files begin that are read as workbooks: ZIP, and what Excel wrote before."""


def read(chunks: Iterable[bytes], file_name: str = "") -> Found:
    """The contents of the file; obstacles to reading it are in its faults."""
    suffix = PurePath(file_name).suffix.lower()[:8]
    known = suffix if suffix in {".csv", ".tsv", ".yaml", ".yml"} else ""
    content = b"".join(chunks)
    is_workbook = content.startswith(WORKBOOKS)
    try:
        with output_of(
            f"{MODULE}_workbook" if is_workbook else MODULE,
            [f"suffix={known}"],
            [content],
            seconds=limits.SECONDS,
            memory_bytes=limits.MEMORY_BYTES,
        ) as output:
            return from_plain(json.loads(output.read()))
    except UnfinishedError as error:
        return Found("unknown", faults=(Note("", str(error)),))
