"""Serving: one WSGI process with four threads; the task worker is one of its threads."""

import os
import socket
import sys
from typing import NoReturn

from django.conf import settings

from compliance.web.durability import SERVER, refuse_forgetful


def serve(host: str, port: int) -> NoReturn:
    """Become the server.

    Raises ``OSError`` when the port is taken, ``SystemCheckError`` when the database
    would forget what is called saved.
    """
    refuse_forgetful()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    os.environ[SERVER] = str(os.getpid())
    os.environ["ATTEST_DATA_DIR"] = str(settings.DATA_DIR)
    if host in settings.ALLOWED_HOSTS:  # not 0.0.0.0: nobody can follow a link there
        os.environ.setdefault("ATTEST_URL", f"http://{host}:{port}")
    os.chdir(settings.BASE_DIR)
    os.execv(  # noqa: S606 (no shell is the point)
        sys.executable,
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", host, "--port", str(port), "--no-ws"),
            *("--workers", "1", "--blocking-threads", "4", "--respawn-failed-workers"),
            *("--log-level", "warning", "compliance.wsgi:application"),
        ],
    )
