"""Running the process that reads a spreadsheet: fed, and killed when it takes too long."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings

from compliance.interchange.sheets.cells import Cell
from compliance.interchange.sheets.sent import Row, SheetError

PASSED_ON = {"PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
"""What of the environment the process sees: where things are, and no secret."""

MODULE = "compliance.interchange.sheets.parsing"
SECONDS = 10
MEMORY_BYTES = 256 * 1024 * 1024


def read(chunks: Iterable[bytes]) -> list[Row]:
    """Every row of a spreadsheet, sheet by sheet; a sheet begins with row 0.

    Raises ``SheetError``.
    """
    with TemporaryFile() as stdin, TemporaryFile() as stdout:
        for chunk in chunks:
            stdin.write(chunk)
        stdin.seek(0)
        if _run(stdin, stdout) not in {0, 1}:
            msg = (
                "The file could not be read: it needs more time or memory than a sheet"
                " of answers may. Save it again as .xlsx."
            )
            raise SheetError(msg)
        stdout.seek(0)
        rows = []
        for line in stdout:
            said = json.loads(line)
            if isinstance(said, dict):
                raise SheetError(said["problem"])
            sheet, number, cells = said
            rows.append(Row(sheet, number, {c: Cell(*it) for c, it in cells.items()}))
    return rows


def _run(stdin: IO[bytes], stdout: IO[bytes]) -> int:
    process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
        [sys.executable, "-m", MODULE, str(MEMORY_BYTES), str(SECONDS)],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={k: os.environ[k] for k in PASSED_ON & set(os.environ)},
    )
    with process:
        try:
            return process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            msg = (
                f"The file takes longer than {SECONDS} seconds to read. Save it again."
            )
            raise SheetError(msg) from error
        finally:
            process.kill()
