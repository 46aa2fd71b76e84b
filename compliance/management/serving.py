"""Serving: WSGI processes with four threads each; the task worker is a thread of one."""

import os
import socket
import sys
from typing import NoReturn

from django.conf import settings

from compliance.ground.web.durability import SERVER, refuse_forgetful

STOP_SECONDS = 6
"""How long a process that was told to stop may finish what it does, before it is killed.
One that is just starting does not hear it, and containers are killed after ten."""


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def serve(host: str, port: int, processes: int | None = None) -> NoReturn:
    """Become the server, with a process for each core, two at most, or as many as asked for.

    Raises ``OSError`` when the port is taken, ``SystemCheckError`` when the database
    would forget what is called saved.
    """
    refuse_forgetful()
    address = _free(host, port)
    if settings.METRICS_TOKEN:
        for left in settings.METRICS_DIR.glob("*.db"):  # of processes that ended
            left.unlink()
    os.environ[SERVER] = str(os.getpid())
    os.environ["ATTEST_DATA_DIR"] = str(settings.DATA_DIR)
    if host in settings.ALLOWED_HOSTS:  # not 0.0.0.0: nobody can follow a link there
        os.environ.setdefault("ATTEST_URL", f"http://{host}:{port}")
    _become(
        *("--interface", "wsgi", "--host", address, "--port", str(port)),
        *("--workers", str(processes or min(2, cores()))),
        *("--blocking-threads", "4", "compliance.wsgi:application"),
    )


def serve_mcp(host: str, port: int) -> NoReturn:
    """Become the server for assistants. Raises ``OSError`` when the port is taken."""
    address = _free(host, port)
    os.environ["ATTEST_DATA_DIR"] = str(settings.DATA_DIR)
    _become(
        *("--interface", "asgi", "--host", address, "--port", str(port)),
        "compliance.programs.assistants.asgi:application",
    )


def _free(host: str, port: int) -> str:
    """The address of a host, as the server takes it; ``OSError`` where the port is taken."""
    address = socket.gethostbyname(host)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
    return address


def _become(*options: str) -> NoReturn:
    os.chdir(settings.BASE_DIR)
    common = (
        *("--no-ws", "--respawn-failed-workers", "--log-level", "warning"),
        *("--workers-kill-timeout", str(STOP_SECONDS)),
    )
    os.execv(  # noqa: S606 (no shell is the point)
        sys.executable, [sys.executable, "-m", "granian", *common, *options]
    )
