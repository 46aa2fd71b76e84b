"""PgBouncer in transaction mode: writers through fewer connections than they are, and a whole trail."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow
PROGRAM = """
import django, json, threading
django.setup()
from django.core.management import call_command
from django.db import connection, connections
from compliance.audit import tables, trail, verification
from compliance.audit.models import Event
from compliance.models import Answer
from tests import factories, signing
from tests.bundles.making import bundle_of, make_everything
call_command("migrate", interactive=False, verbosity=0)
cast = factories.make_cast()
make_everything(cast)
edition = factories.make_edition(8)
here = factories.make_assessment(cast.acme, cast.ada, edition)
factories.begin_chains()
faults = []
def save(number):
    try:
        for turn in range(6):
            signing.answer(cast.con, here, f"Q{number}", verdict="met", note=f"{number} {turn}")
            list(Event.objects.order_by("seq").iterator(chunk_size=10))
    except BaseException as error:
        faults.append(repr(error))
    finally:
        connections.close_all()
threads = [threading.Thread(target=save, args=(number,)) for number in range(1, 9)]
for one in threads: one.start()
for one in threads: one.join()
bundle_of(here)
with connection.cursor() as cursor:
    cursor.execute("SHOW TimeZone")
    zone = cursor.fetchone()[0]
print(json.dumps({
    "faults": faults,
    "notes": sorted(here.answers.values_list("note", flat=True)),
    "trail": [str(verification.verify(chain)) for chain in verification.chains()],
    "rows": [one.what for one in tables.faults(cast.acme.pk)],
    "zone": zone,
}))
"""


@pytest.fixture
def pooled(new_server):
    """The address of a new database behind a PgBouncer with two connections to it."""
    program = shutil.which("pgbouncer", path=f"/usr/sbin:{os.environ['PATH']}")
    if program is None:
        pytest.skip("needs Debian's pgbouncer")
    to = urlsplit(new_server)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as name:  # which another user reads
        folder = Path(name)
        told = _told(folder, to, port)
        is_root = os.getuid() == 0  # PgBouncer refuses to be
        with subprocess.Popen(
            [program, "-q", str(told)],
            stderr=subprocess.DEVNULL,
            user="nobody" if is_root else None,
            group="nogroup" if is_root else None,
            extra_groups=[] if is_root else None,
        ) as running:
            _wait_for(port)
            yield f"postgres://{to.username}@127.0.0.1:{port}{to.path}"
            running.terminate()


def _told(folder, to, port):
    users, told = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{to.username}" "{to.password or ""}"\n')
    told.write_text(
        "[databases]\n"
        f"* = host={to.hostname} port={to.port or 5432}\n"
        "[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {users}\n"
        "pool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 100\n"
    )
    for path, mode in ((folder, 0o755), (users, 0o644), (told, 0o644)):
        path.chmod(mode)
    return told


def _wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("pgbouncer did not start")


def test_everything_holds_behind_a_pool_of_transactions(pooled, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "compliance.settings",
            "ATTEST_DATA_DIR": str(tmp_path / "data"),
            "ATTEST_POOLED": "on",
            "DATABASE_URL": pooled,
            "PYTHONPATH": str(settings.BASE_DIR),
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["faults"] == []
    assert told["notes"] == [f"{number} 5" for number in range(1, 9)]
    assert set(told["trail"]) == {"None"}
    assert told["rows"] == []
    assert told["zone"] == "UTC"
