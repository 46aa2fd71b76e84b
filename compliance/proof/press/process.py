"""Running the processes that lay out and seal: fed, listened to, killed when they take too long."""

import contextlib
import json
import logging
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from compliance.ground.sandbox.process import UnfinishedError, output_of
from compliance.proof.press.job import Attachment, Job, Limits, Made
from compliance.proof.press.keys import Place
from compliance.proof.press.sharing import MAKER, Desk

PASSED_ON = {
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
}
"""The environment of the process: where things are, and no secret."""

logger = logging.getLogger(__name__)
MOST_OF_A_FAULT = 20_000
"""Bytes of the way to a fault, which names kinds and calls only, that are logged."""

Listen = Callable[[str, int], None]
Share = Callable[[Path, int], None]
STYLE = "style.css"
LEAST_SHARED = 6
"""Pieces from which others are asked to help: below it, that would cost more than it saves."""
MODULE = "compliance.proof.press.pdf"
SEALING = "compliance.proof.press.sealing"
SEALING_SECONDS = 90
SEALING_BYTES = 1024 * 1024 * 1024
ROOT = Path(__file__).resolve().parents[3]
"""The folder that ``python -m`` finds Attest in."""
MOST_AT_ONCE = 2
"""Pieces laid out at a time, where there are as many processors."""

TURN_SECONDS = 30.0
"""For how long a helper takes pieces: then other work of its worker has its turn."""

SILENCE = 1.0
"""Seconds after which ``listen`` is called again though nothing was said."""


class RenderError(Exception):
    """No file came out; the text says why, for a person."""


def render(
    pieces: Iterable[str],
    css: str,
    path: Path,
    listen: Listen,
    attachments: Sequence[Attachment] = (),
    *,
    limits: Limits,
    fonts: Path,
    likely_pages: int = 0,
    share: Share | None = None,
) -> Made:
    """Write the PDF to ``path`` within the limits; its pages and what they lack.

    ``pieces`` are HTML documents; the first has the contents. ``listen`` is called
    with a step and whole percents, at least every second; what it raises stops the
    work at once and goes on up. ``attachments`` are files to embed. ``fonts`` is a folder
    that keeps unpacked fonts for the next file. ``likely_pages`` is how many pages one
    like it had, for the words of a step. ``share`` gets the folder of many pieces and their
    number: ``help_with`` may then lay out some of them elsewhere. Raises ``RenderError``.
    """
    deadline = time.monotonic() + limits.seconds
    with _pieces_folder(path.parent) as folder:
        paths = _written(pieces, folder, listen)
        (folder / STYLE).write_text(css)
        if share and len(paths) >= LEAST_SHARED:
            share(folder, len(paths))
        job = job_of(paths, css, fonts, limits)
        job |= {
            "path": str(path),
            "attachments": list(attachments),
            "likely_pages": likely_pages,
        }
        return _run(job, deadline, listen)


def help_with(folder: Path, *, limits: Limits, fonts: Path) -> bool:
    """Lay out pieces of a file that another process makes in a folder, while it lives.

    It takes them for ``TURN_SECONDS``; True when another turn is worth it. Whatever goes wrong
    here is left to the maker, who does what nobody else has done.
    """
    deadline = time.monotonic() + limits.seconds
    with TemporaryDirectory() as own, contextlib.suppress(RenderError, OSError):
        htmls = sorted(folder.glob("*.html"), key=lambda path: int(path.stem))
        if [int(path.stem) for path in htmls] != list(range(len(htmls))) or not htmls:
            return False  # its maker is just taking it away
        css = (folder / STYLE).read_text()
        job = job_of(list(map(str, htmls)), css, fonts, limits)
        job |= {"own": own, "name": secrets.token_hex(8)}
        did = _run(job, deadline, lambda *_: None).pages
        return bool(did) and Desk(folder, job["name"]).has_free(len(htmls))
    return False


@contextlib.contextmanager
def _pieces_folder(beside: Path) -> Iterator[Path]:
    """A folder for the pieces of one file, gone for everyone at once when it is left.

    A helper may be writing in it: one that is emptied name by name could never be removed,
    so it gets another name first, and the helper finds nothing any more.
    """
    with TemporaryDirectory(dir=beside) as outer:
        folder = Path(outer) / "pieces"
        folder.mkdir()
        try:
            yield folder
        finally:
            folder.rename(Path(outer) / "over")


def job_of(pieces: list[str], css: str, fonts: Path, limits: Limits) -> Job:
    """The job of laying out some pieces, for the process that makes their file."""
    return {
        "pieces": pieces,
        "css": css,
        "own": str(Path(pieces[0]).parent),
        "name": MAKER,
        "fonts": str(fonts),
        "path": "",
        "attachments": [],
        "bytes": limits.memory_bytes,
        "seconds": limits.seconds,
        "workers": min(MOST_AT_ONCE, len(os.sched_getaffinity(0))),
        "turn": TURN_SECONDS,
        "likely_pages": 0,
    }


def seal(path: Path, place: Place, timestamp_url: str = "", services: str = "") -> str:
    """Sign a PDF in its place; SHA-256 of the certificate. ``RenderError`` with words.

    ``place`` says where the key is. The service at ``timestamp_url`` is asked for a time
    stamp, none where it is empty. ``services`` is a PEM file with the certificates of
    services that are trusted: the stamp of another one is refused.
    """
    job = {
        "path": str(path),
        "place": vars(place),
        "url": timestamp_url,
        "services": services,
    }
    try:
        with output_of(
            SEALING,
            [],
            [json.dumps(job).encode()],
            seconds=SEALING_SECONDS,
            memory_bytes=SEALING_BYTES,
        ) as output:
            said = json.load(output)
    except UnfinishedError as error:
        msg = f"The report could not be sealed. {error}"
        raise RenderError(msg) from error
    if "problem" in said:
        msg = f"The report could not be sealed. {said['problem']}"
        raise RenderError(msg)
    return str(said["fingerprint"])


def _written(pieces: Iterable[str], folder: Path, listen: Listen) -> list[str]:
    paths = []
    for number, piece in enumerate(pieces):
        listen("Writing down answers", 2)
        paths.append(str(folder / f"{number}.html"))
        Path(paths[-1]).write_text(piece)
    return paths


def _run(job: Job, deadline: float, listen: Listen) -> Made:
    with TemporaryFile() as stdin, TemporaryFile() as stderr:
        stdin.write(json.dumps(job).encode())
        stdin.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
            [sys.executable, "-m", MODULE],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=ROOT,
            env={k: os.environ[k] for k in PASSED_ON & set(os.environ)},
            start_new_session=True,
        )
        with process:
            try:
                return _follow(process, job, deadline, listen)
            except RenderError:
                stderr.seek(0)
                logger.exception(stderr.read(MOST_OF_A_FAULT).decode(errors="replace"))
                raise
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _follow(process: subprocess.Popen[bytes], job: Job, deadline: float, listen: Listen) -> Made:
    made, problem, ended = None, "", None
    step = ("Laying out pages", 3)
    for said in _lines(process, job, deadline):
        if "step" in said:
            step = (said["step"], said["percent"])
        if "warning" in said:
            _warn(said["warning"])
        if "pages" in said:
            made = Made(said["pages"], said["unprinted"])
        problem = said.get("problem", problem)
        ended = said.get("ended", ended)
        listen(*step)
    status = process.wait(timeout=10)
    if problem or status or not made:
        raise RenderError(problem or _ended(status if ended is None else ended, job))
    return made


@cache
def _warn(words: str) -> None:
    """Log the words once, not with every file."""
    logger.warning(words)


def _lines(process: subprocess.Popen[bytes], job: Job, deadline: float) -> Iterator[dict[str, Any]]:
    """The lines of the process, as it writes them, until it ends or its time is over.

    Silence is an empty saying.
    """
    output: IO[bytes] = process.stdout  # type: ignore[assignment]
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise RenderError(_too_long(job))
            if not selector.select(min(left, SILENCE)):
                yield {}
                continue
            chunk = output.read1(65536)  # type: ignore[attr-defined]
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield json.loads(line)


def _ended(status: int, job: Job) -> str:
    if status == -signal.SIGXCPU:
        return _too_long(job)
    if status == -signal.SIGKILL:  # not by us: whoever is over a limit of ours says so
        return (
            "The report could not be laid out: its process was killed. Either the machine"
            " ran out of memory, or someone ended it by force. Ask for it again."
        )
    return (
        f"The report could not be laid out (status {status}). Either it needs more"
        f" than {job['bytes'] // 2**20} MB of memory, or a text in it cannot"
        " be set."
    )


def _too_long(job: Job) -> str:
    return f"The report took longer than {job['seconds']} seconds and was stopped."
