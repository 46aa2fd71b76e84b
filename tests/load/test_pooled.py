"""PgBouncer in transaction mode: writers through fewer connections than they are, and a whole trail."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from tests.load.pooling import pooled_before
from tests.support.installations import environment

pytestmark = pytest.mark.slow
PROGRAM = """
import django, json, threading
django.setup()
from django.core.management import call_command
from django.db import connection, connections
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.models import Event
from compliance.models import Answer
from tests.support import factories, signing
from tests.assurance.bundles.making import bundle_of, make_everything
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
    with pooled_before(new_server, 2) as url:
        yield url


def test_everything_holds_behind_a_pool_of_transactions(pooled, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment(tmp_path / "data", pooled)
        | {"ATTEST_POOLED": "on", "PYTHONPATH": str(settings.BASE_DIR)},
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["faults"] == []
    assert found["notes"] == [f"{number} 5" for number in range(1, 9)]
    assert set(found["trail"]) == {"None"}
    assert found["rows"] == []
    assert found["zone"] == "UTC"
