"""Running a module of ours that reads a file: fed, and killed when it takes too long.

The module limits its own memory and work (``child.py``); the caller here also holds
the clock. Each ending has its own words, so that a file is only blamed for what
it does itself.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from compliance.ground.sandbox.exit_codes import DONE, OVER_MEMORY

PASSED_ON = {"PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
"""The environment of the process: where things are, and no secret."""
CHILD = "compliance.ground.sandbox.child"
ROOT = Path(__file__).resolve().parents[3]
"""The folder that ``python -m`` finds Attest in."""
QUICK = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""It looks for no plug-ins among all that is installed."""
PATIENCE_SECONDS = 60
"""Seconds by the clock that a process may take beyond its work: others work, too."""
MOST_TRACED = 20_000
"""Bytes of a traceback that are logged."""

logger = logging.getLogger(__name__)


class UnfinishedError(Exception):
    """The process gave no result; the text says why and what to do, for a person."""


class FailedError(UnfinishedError):
    """The fault is Attest's, and logged."""

    def __init__(self) -> None:
        super().__init__(
            "Attest failed on this; the file is not to blame. Try once more. If it fails"
            " again, ask the person who runs Attest to look in its log."
        )


@contextmanager
def output_of(
    module: str,
    arguments: Sequence[str],
    chunks: Iterable[bytes],
    *,
    seconds: float,
    memory_bytes: int,
) -> Iterator[IO[bytes]]:
    """The output of ``main(arguments)`` of a module that is fed with ``chunks``.

    ``seconds`` are of work. Raises ``UnfinishedError``.
    """
    with TemporaryFile() as stdin:
        for chunk in chunks:
            stdin.write(chunk)
        with output_from(module, arguments, stdin, seconds=seconds, memory_bytes=memory_bytes) as stdout:
            yield stdout


@contextmanager
def output_from(
    module: str,
    arguments: Sequence[str],
    file: IO[bytes],
    *,
    seconds: float,
    memory_bytes: int,
) -> Iterator[IO[bytes]]:
    """The same for a file on the disk, which the process reads itself."""
    with TemporaryFile() as stdout, TemporaryFile() as trace:
        file.seek(0)
        limits = [str(memory_bytes), str(seconds)]
        status = _run([module, *limits, *arguments], file, stdout, trace, seconds)
        if status == OVER_MEMORY:
            most = memory_bytes // 2**20
            msg = f"The file needs more than {most:,} MB of memory to read. Split it."
            raise UnfinishedError(msg)
        if status == -signal.SIGXCPU:
            msg = f"The file needs more than {seconds:g} seconds of work to read. Split it."
            raise UnfinishedError(msg)
        if status != DONE:
            trace.seek(0)
            said = trace.read(MOST_TRACED).decode(errors="replace")
            logger.error("%s failed (status %s).\n%s", module, status, said)
            raise FailedError
        stdout.seek(0)
        yield stdout


def _run(
    command: Sequence[str],
    stdin: IO[bytes],
    stdout: IO[bytes],
    trace: IO[bytes],
    seconds: float,
) -> int:
    process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
        [sys.executable, "-m", CHILD, *command],
        stdin=stdin,
        stdout=stdout,
        stderr=trace,
        cwd=ROOT,
        env={k: os.environ[k] for k in PASSED_ON & set(os.environ)} | QUICK,
    )
    with process:
        try:
            return process.wait(timeout=seconds + PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            msg = "The server is busy and did not get through the file. Try again later."
            raise UnfinishedError(msg) from error
        finally:
            process.kill()
