"""All parts of a large installation at once, on this machine, while some of them die.

Two processes of the app, three workers by Celery, PostgreSQL behind PgBouncer in
transaction mode, Redis as broker and cache, and a bucket (moto) that is slow and away.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.load.crew import Crew, asking, ended
from tests.load.editing import (
    check_nothing_was_lost,
    open_pages,
    times_of,
    work_together,
)
from tests.load.pooling import pooled_before
from tests.load.serving import Site
from tests.support.brokers import Broker
from tests.support.bucket import Door, s3_server  # noqa: F401

pytestmark = pytest.mark.slow

LONG = [(30, 4), (200, 6)]
KEYS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests-only"}


@pytest.fixture
def broker(tmp_path):
    made = Broker(tmp_path)
    yield made.start()
    made.kill()


@pytest.fixture
def door_of_bucket(s3_server):  # noqa: F811
    door = Door(s3_server)
    yield door
    door.shutdown()
    door.server_close()


@pytest.fixture
def bucket(s3_server, door_of_bucket, monkeypatch):  # noqa: F811
    """The address of a new bucket, behind a door that may have faults."""
    import boto3  # noqa: PLC0415 - not there on every machine

    for name, text in KEYS.items():
        monkeypatch.setenv(name, text)
    endpoint = f"http://127.0.0.1:{s3_server}"
    store = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    store.create_bucket(Bucket="machines")
    return f"s3://machines/attest?endpoint={door_of_bucket.url}"


@pytest.fixture
def site(tmp_path, new_server, broker, bucket):
    with pooled_before(new_server, 10) as url:
        made = Site(tmp_path / "data", url, workers=2)
        made.folder.mkdir()
        made.environment |= {
            "ATTEST_POOLED": "on",
            "ATTEST_TASKS_URL": broker.url,
            "ATTEST_REDIS_URL": broker.url,
            "ATTEST_CACHE_URL": "db://attest_cache",
            "ATTEST_FILES_URL": bucket,
        }
        yield made
        made.stop()


@pytest.fixture
def crew(site):
    with asking(site) as ask:
        made = Crew(site, ask)
        yield made
        made.stop()


@pytest.mark.long
@pytest.mark.parametrize(
    ("reports", "kills"),
    [(9, 1), *(pytest.param(*long, marks=pytest.mark.long) for long in LONG)],
)
def test_each_report_ends_once_and_no_save_is_lost_while_parts_die(
    site, crew, broker, door_of_bucket, *, reports, kills
):
    crew.given["REPORT_SECONDS_OF_TESTS"] = "1"
    door = crew.ask("seed", 60, 1, 4)
    site.start()
    staff, stop = open_pages(site, door, 4), threading.Event()
    for _ in range(3):
        crew.start("--processes=1")
    with ThreadPoolExecutor(1) as pool:
        saves = pool.submit(work_together, staff, door["answers"], 100_000, stop)
        crew.ask("begin", door["assessment"], reports, 3)
        for at in range(kills):
            door_of_bucket.fault = ("slow", "gone", "", "busy")[at % 4]
            crew.kill(crew.workers[-3])
            crew.start("--processes=1")
            if at % 2 == 0:
                broker.kill()
                time.sleep(3)
                broker.start()
            time.sleep(8)
        door_of_bucket.fault = ""
        crew.ask("wait", 1200)
        stop.set()
        saves.result()
    ended(crew, reports)
    print(times_of(staff))  # noqa: T201
    check_nothing_was_lost(staff, site.ask("state", door["assessment"]))
