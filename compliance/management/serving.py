"""Serving: WSGI processes with four threads each; the task worker is a thread of one."""

import os
import socket
import sys
from typing import NoReturn

from django.conf import settings

from compliance.web.durability import SERVER, refuse_forgetful


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def serve(host: str, port: int, processes: int | None = None) -> NoReturn:
    """Become the server, with a process for each core, two at most, or as many as told.

    Raises ``OSError`` when the port is taken, ``SystemCheckError`` when the database
    would forget what is called saved.
    """
    refuse_forgetful()
    address = socket.gethostbyname(host)  # the server takes no names
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
    if settings.METRICS_TOKEN:
        for left in settings.METRICS_DIR.glob("*.db"):  # of processes that ended
            left.unlink()
    os.environ[SERVER] = str(os.getpid())
    os.environ["ATTEST_DATA_DIR"] = str(settings.DATA_DIR)
    if host in settings.ALLOWED_HOSTS:  # not 0.0.0.0: nobody can follow a link there
        os.environ.setdefault("ATTEST_URL", f"http://{host}:{port}")
    os.chdir(settings.BASE_DIR)
    os.execv(  # noqa: S606 (no shell is the point)
        sys.executable,
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", address, "--port", str(port), "--no-ws"),
            *("--workers", str(processes or min(2, cores()))),
            *("--blocking-threads", "4", "--respawn-failed-workers"),
            *("--log-level", "warning", "compliance.wsgi:application"),
        ],
    )
