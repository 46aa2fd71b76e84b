"""Rows read as of one moment stay as they were, and nobody who writes waits for it."""

import pytest

PROGRAM = """
import json, threading
import django
django.setup()
from django.db import connection
from compliance.work.snapshots.snapshot import content_of, one_moment, to_read
from tests.support import factories, signing

cast = factories.make_cast()
here = factories.make_assessment(cast.acme, cast.ada)
done = threading.Event()

def save(note):
    signing.answer(cast.con, here, "Q1", note=note)
    connection.close()
    done.set()

def hash_now():
    return content_of(to_read(here.pk)).content_hash

with one_moment():
    first = hash_now()
    writer = threading.Thread(target=save, args=["Kept."])
    writer.start()
    is_saved = done.wait(10)
    is_same = hash_now() == first
writer.join()
is_seen = hash_now() != first
signing.answer(cast.con, here, "Q1", note="Later.")
print(json.dumps([is_saved, is_same, is_seen]))
"""


@pytest.mark.slow
def test_who_reads_one_moment_stops_nobody_from_saving(race):
    assert race(PROGRAM, 1) == [True, True, True]
