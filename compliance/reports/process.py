"""Running the PDF process: fed, listened to, and killed when it takes too long."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings

from compliance.reports.job import Attachment, Job

PASSED_ON = {
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
}
"""What of the environment the process sees: where things are, and no secret."""

Listen = Callable[[str, int], None]
MODULE = "compliance.reports.pdf"


class RenderError(Exception):
    """No file came out; the text says why, for a person."""


def render(
    html: str,
    css: str,
    path: Path,
    listen: Listen,
    attachments: Sequence[Attachment] = (),
) -> int:
    """Write the PDF to ``path`` within the limits of the settings; the pages it has.

    ``listen`` is called with a step and whole percents. ``attachments`` are files to
    embed. Raises ``RenderError``.
    """
    job: Job = {
        "html": html,
        "css": css,
        "path": str(path),
        "attachments": list(attachments),
        "bytes": settings.REPORT_BYTES,
        "seconds": settings.REPORT_SECONDS,
    }
    deadline = time.monotonic() + settings.REPORT_SECONDS
    with TemporaryFile() as stdin, TemporaryFile() as stderr:
        stdin.write(json.dumps(job).encode())
        stdin.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
            [sys.executable, "-m", MODULE],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=settings.BASE_DIR,
            env={k: os.environ[k] for k in PASSED_ON & set(os.environ)},
        )
        with process:
            try:
                return _follow(process, deadline, listen)
            finally:
                process.kill()


def _follow(process: subprocess.Popen[bytes], deadline: float, listen: Listen) -> int:
    pages, problem = 0, ""
    for said in _lines(process, deadline):
        if "step" in said:
            listen(said["step"], said["percent"])
        pages = said.get("pages", pages)
        problem = said.get("problem", problem)
    status = process.wait(timeout=10)
    if problem or status or not pages:
        raise RenderError(problem or _ended(status))
    return pages


def _lines(
    process: subprocess.Popen[bytes], deadline: float
) -> Iterator[dict[str, Any]]:
    """What the process says, as it says it, until it ends or its time is over."""
    output: IO[bytes] = process.stdout  # type: ignore[assignment]
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise RenderError(_too_long())
            chunk = output.read1(65536)  # type: ignore[attr-defined]
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield json.loads(line)


def _ended(status: int) -> str:
    if status in {-24, -9}:  # SIGXCPU, SIGKILL
        return _too_long()
    return (
        f"The report could not be laid out (status {status}). Either it needs more"
        f" than {settings.REPORT_BYTES // 2**20} MB of memory, or a text in it cannot"
        " be set."
    )


def _too_long() -> str:
    return f"The report took longer than {settings.REPORT_SECONDS} seconds and was stopped."
