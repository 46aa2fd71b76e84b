"""Running a module of ours that reads a file: fed, and killed when it takes too long.

The module limits its own memory and time (``child.py``); whoever calls it here holds
the clock as well.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings

PASSED_ON = {"PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
"""What of the environment the process sees: where things are, and no secret."""
CHILD = "compliance.interchange.walls.child"
QUICK = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""It looks for no plug-ins among all that is installed."""


class TooLongError(Exception):
    """The process was killed: its time was over."""


class BrokenError(Exception):
    """The process ended without saying why: most likely its memory was used up."""


@contextmanager
def output_of(
    module: str,
    arguments: Sequence[str],
    chunks: Iterable[bytes],
    *,
    seconds: float,
    memory_bytes: int,
) -> Iterator[IO[bytes]]:
    """What ``main(arguments)`` of a module writes when it is fed with ``chunks``.

    Raises ``TooLongError`` or ``BrokenError``.
    """
    with TemporaryFile() as stdin:
        for chunk in chunks:
            stdin.write(chunk)
        with output_from(
            module, arguments, stdin, seconds=seconds, memory_bytes=memory_bytes
        ) as stdout:
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
    with TemporaryFile() as stdout:
        file.seek(0)
        limits = [str(memory_bytes), str(seconds)]
        if _run([module, *limits, *arguments], file, stdout, seconds) not in {0, 1}:
            raise BrokenError
        stdout.seek(0)
        yield stdout


def _run(
    command: Sequence[str], stdin: IO[bytes], stdout: IO[bytes], seconds: float
) -> int:
    process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
        [sys.executable, "-m", CHILD, *command],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={k: os.environ[k] for k in PASSED_ON & set(os.environ)} | QUICK,
    )
    with process:
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise TooLongError from error
        finally:
            process.kill()
