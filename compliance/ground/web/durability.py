"""Saved means on disk: checks of the database settings, and a server that ends as a whole."""

import os
import signal
import threading
import time
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning
from django.core.management.base import BaseCommand
from django.db import connections

SERVER = "ATTEST_SERVER_PID"
"""The process that ``serve`` became, for the workers that it starts."""
_ASK = (
    "SELECT current_setting('synchronous_commit'), current_setting('fsync'),"
    " current_setting('full_page_writes')"
)


def check_durable(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whether PostgreSQL flushes a save before it answers (``check --database default``).

    SQLite does by ``settings.DATABASES``. A database that does not flush is refused;
    a server that never flushes at all, as test servers do, is warned of.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute(_ASK)
            commit, flush, pages = cursor.fetchone()
        if commit == "off":
            msg = (
                "PostgreSQL has synchronous_commit=off: a power cut would lose answers"
                " that are called saved. Set it to on, for the server, the database"
                " and the role."
            )
            found.append(Error(msg, id="attest.E007"))
        if "off" in {flush, pages}:
            msg = (
                f"PostgreSQL has fsync={flush} and full_page_writes={pages}: a power cut"
                " may destroy the whole database. Set both to on."
            )
            found.append(Warning(msg, id="attest.W004"))
    return found


def refuse_forgetful() -> None:
    """Raise ``SystemCheckError`` when the database would forget what is called saved."""
    BaseCommand().check(tags=[Tags.database], databases=["default"])


def end_with_server() -> None:
    """End this worker of ``serve`` when its first process is gone, however that ended.

    A worker left alone would keep the port, and the next ``serve`` could not start.
    """
    server = os.environ.get(SERVER, "")
    if server not in {"", str(os.getpid())}:
        threading.Thread(target=_watch, args=[int(server)], daemon=True).start()


def _watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(0.5)
    for _ in range(20):  # one that is just starting does not hear it
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
