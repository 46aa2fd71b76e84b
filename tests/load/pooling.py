"""A PgBouncer of the tests' own, in transaction mode, before a database."""

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

from tests.support.needs import needs


@contextmanager
def pooled_before(server, connections):
    """The address of a database of ``server`` behind a pool of so many connections."""
    program = needs("pgbouncer")
    to = urlsplit(server)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as name:  # which another user reads
        folder = Path(name)
        settings = _settings(folder, to, port, connections)
        is_root = os.getuid() == 0  # PgBouncer refuses to be
        with subprocess.Popen(
            [program, "-q", str(settings)],
            stderr=subprocess.DEVNULL,
            user="nobody" if is_root else None,
            group="nogroup" if is_root else None,
            extra_groups=[] if is_root else None,
        ) as running:
            _wait_for(port)
            yield f"postgres://{to.username}@127.0.0.1:{port}{to.path}"
            running.terminate()


def _settings(folder, to, port, connections):
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{to.username}" "{to.password or ""}"\n')
    settings.write_text(
        "[databases]\n"
        f"* = host={to.hostname} port={to.port or 5432}\n"
        "[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {users}\n"
        f"pool_mode = transaction\ndefault_pool_size = {connections}\n"
        "max_client_conn = 100\n"
    )
    for path, mode in ((folder, 0o755), (users, 0o644), (settings, 0o644)):
        path.chmod(mode)
    return settings


def _wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("pgbouncer did not start")
