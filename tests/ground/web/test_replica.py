"""Pages from a replica of PostgreSQL that really follows, stands still, and dies."""

import json
import os
import subprocess
import sys
from contextlib import closing

import psycopg
import pytest
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django_htmx.http import HttpResponseClientRedirect

from compliance.ground.web.replica import OwnWritesMiddleware
from tests.support import warm_processes
from tests.support.costs import busy
from tests.support.installations import environment

pytestmark = pytest.mark.slow
PROGRAM = """
import json, os, signal, time
import django
django.setup()
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
import psycopg
from compliance.proof.audit import checkpoints, trail
from compliance.proof.audit.transaction import writing
from compliance.models import Membership
from compliance.operations.monitoring import checks
from compliance.ground.web import replica
from compliance.ground.web.replica import may_lag
from tests.support.event_types import THING_DONE
from tests.support.factories import make_action, make_assessment, make_cast, make_edition

def signed():
    with writing():
        trail.record(by=cast.ada, organisation_id=cast.acme.pk, action=THING_DONE,
                     subject=cast.acme, after={"n": 1})
    checkpoints.checkpoint(cast.acme.pk)

far = psycopg.connect(os.environ["ATTEST_REPLICA_URL"], autocommit=True).cursor()
cast = make_cast()
here = make_assessment(cast.acme, cast.ada, make_edition(3))
make_action(cast.acme, cast.ada, here.answers.first(), title="First action")
LISTS = ["", "work/", "assessments/", "overview/", "frameworks/", "actions/", "calendar/",
         "trail/", "compare/", "search/?q=first"]

def signed_in(user):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client

def opened(client, path):
    '''Status, words, and how many statements each database was asked for the page.'''
    with (
        CaptureQueriesContext(connections["default"]) as near,
        CaptureQueriesContext(connections["replica"]) as distant,
    ):
        reply = client.get(f"/o/acme/{path}")
    counted = [q["sql"] for q in distant.captured_queries if "pg_last_wal" not in q["sql"]]
    return reply.status_code, reply.text, len(near), len(counted)

def settled():
    '''The replica has everything, and a look has seen that.'''
    replica._watch._breaker.until = 0.0
    for _ in range(200):
        replica._watch._looked = float("-inf")
        if replica._watch.is_near() and not replica._watch._named:
            return True
        time.sleep(0.05)
    return False

found = {}
ada, rob = signed_in(cast.ada), signed_in(cast.rob)

found["settled"] = settled()
settings.REPLICA_URL, url = "", settings.REPLICA_URL
near = {path: opened(ada, path) for path in LISTS}
near = {path: opened(ada, path) for path in LISTS}
settings.REPLICA_URL = url
found["lists"] = {}
for path in LISTS:
    settled()
    status, words, asked_near, asked_far = opened(ada, path)
    found["lists"][path] = [status, near[path][0], asked_near, near[path][2], asked_far]

signed()
settled()
far.execute("SELECT pg_wal_replay_pause()")
settled()
reply = ada.post("/o/acme/work/away/", {"thing": "none"})
found["cookie"] = reply.cookies["own"]["max-age"] if "own" in reply.cookies else None
make_action(cast.acme, cast.ada, here.answers.first(), title="Second action")
found["own"] = "Second action" in opened(ada, "actions/")[1]
replica._watch._looked = replica._watch._has_all_of = time.monotonic()
_, words, _, asked_far = opened(rob, "actions/")
found["others"] = [("Second action" in words), asked_far > 0]
signed()
replica._watch._looked = replica._watch._has_all_of = time.monotonic()
elsewhere = signed_in(cast.ada)
found["trail"] = opened(elsewhere, "trail/")[3] > 0
words = opened(elsewhere, "trail/?check=1")[1]
found["checked"] = [one for one in ("missing", "events are as written") if one in words]
Membership.objects.filter(user=cast.rob).delete()
found["removed"] = opened(rob, "actions/")[0]
time.sleep(replica.LAG_SECONDS + 0.1)
con = signed_in(cast.con)
_, words, _, asked_far = opened(con, "actions/")
found["behind"] = [("Second action" in words), asked_far > 0]
replica._watch._looked = float("-inf")
found["check_behind"] = checks._replica()
far.execute("SELECT pg_wal_replay_resume()")
found["caught_up"] = settled()
_, words, _, asked_far = opened(con, "actions/")
found["again"] = [("Second action" in words), asked_far > 0]
found["check"] = checks._replica()

# A page that changes rows: nothing of it happens twice, and the primary makes it.
made = []

@may_lag
def page(request):
    made.append(replica._reading.get())
    try:
        with writing():
            pass
    except Exception:
        made.append("caught")
    made.append("wrote")
    return None
@may_lag
def saved(request):
    made.append(replica._reading.get())
    try:
        type(here).objects.filter(pk=here.pk).update(subject="Changed")
    except Exception:
        made.append("caught")
    return None
request = Client().get("/healthz").wsgi_request
settled()
page(request)
found["writes"] = made[:]
made.clear()
settled()
saved(request)
found["saves"] = made[:]

# Its processes stand still, and say nothing.
settled()
pid = int(open(os.environ["REPLICA_FOLDER"] + "/postmaster.pid").readline())
children = [int(one) for one in open(f"/proc/{pid}/task/{pid}/children").read().split()]
for one in children:
    os.kill(one, signal.SIGSTOP)
replica.WAIT_SECONDS = 0.5
replica._watch._looked = replica._watch._has_all_of = time.monotonic()
began = time.monotonic()
status, words, _, _ = opened(con, "actions/")
found["still"] = [status, "Second action" in words, time.monotonic() - began < 5]
replica._watch._breaker.until = 0.0
replica._watch._looked = float("-inf")
began = time.monotonic()
found["still_asked"] = [opened(con, "actions/")[0], time.monotonic() - began < 5]
found["check_still"] = checks._replica()
for one in children:
    os.kill(one, signal.SIGCONT)
connections["replica"].close()  # as each request ends with a broken one
found["moves"] = settled()

# It dies in the middle of a page, and stays away.
settled()
os.kill(pid, signal.SIGQUIT)
time.sleep(1)
replica._watch._looked = time.monotonic()
replica._watch._has_all_of = time.monotonic()
status, words, _, _ = opened(con, "actions/")
found["dead"] = [status, "Second action" in words]
began = time.monotonic()
status, _, _, asked_far = opened(con, "actions/")
found["waited"] = time.monotonic() - began
found["away"] = [status, asked_far]
found["check_away"] = checks._replica()

# The primary itself is no replica.
connections["replica"].close()
connections["replica"].settings_dict.update(connections["default"].settings_dict)
found["primary"] = settled()
print(json.dumps(found))
"""


def run(primary, replica, folder, *words):
    """The output of a program that works with both."""
    env = environment(folder, primary.url) | {
        "ATTEST_HOSTS": "testserver,localhost",
        "ATTEST_REPLICA_URL": replica.url,
        "REPLICA_FOLDER": str(replica.folder),
    }
    done = warm_processes.run(*words, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def found(pair, tmp_path_factory):
    """The findings of a program that works with both."""
    folder = tmp_path_factory.mktemp("data")
    return json.loads(run(*pair, folder, "-c", PROGRAM).splitlines()[-1])


def test_lists_are_read_from_the_replica_and_made_once(found):
    assert found["settled"]
    for path, (status, before, near, alone, far) in found["lists"].items():
        assert (path, status) == (path, before), path
        assert far > 0, path
        assert near < alone, path  # it was not made again from the primary


def test_people_see_their_own_changes_at_once(found):
    assert found["cookie"] == 10
    assert found["own"] is True


def test_others_see_them_within_the_bound_and_not_from_a_replica_that_is_behind(found):
    assert found["others"] == [False, True]
    assert found["behind"] == [True, False]
    assert found["caught_up"]
    assert found["again"] == [True, True]
    assert (found["check_behind"], found["check"]) == (0, 1)


def test_rights_are_read_from_the_primary(found):
    assert found["removed"] == 404


def test_page_that_changes_rows_is_made_again_before_it_does(found):
    assert found["writes"] == [True, False, "wrote"]
    assert found["saves"][:2] == [True, False]


def test_trail_is_checked_on_the_primary(found):
    assert found["trail"]
    assert found["checked"] == ["events are as written"]


def test_replica_that_says_nothing_holds_nobody_up(found):
    assert found["still"] == [200, True, True]
    assert found["still_asked"] == [200, True]
    assert found["check_still"] == 0
    assert found["moves"]


def test_replica_that_dies_is_left_alone_and_nobody_waits(found):
    assert found["dead"] == [200, True]
    assert found["away"] == [200, 0]
    assert found["waited"] < busy()
    assert found["check_away"] == 0


def test_server_that_is_no_replica_is_not_read(found):
    assert found["primary"] is False


LOOKS = """
import time
import django
django.setup()
from compliance.ground.web import replica
for _ in range(3):
    found = replica._watch.is_near()
    time.sleep(replica.LOOK_SECONDS)
print(found)
"""


@pytest.mark.long
def test_replica_that_follows_an_old_line_of_the_log_is_not_read(lines, tmp_path):
    """It was further on than the one that was promoted: its position alone says too much."""
    primary, near, ahead = lines
    assert run(primary, ahead, tmp_path, "-c", LOOKS).split() == ["True"]
    near.stop()
    with closing(psycopg.connect(primary.url, autocommit=True)) as connection:
        connection.execute("CREATE TABLE filler AS SELECT generate_series(1, 50000)")
    assert run(primary, ahead, tmp_path, "-c", LOOKS).split() == ["True"]
    primary.stop()
    near.start()
    near.promote()
    assert run(near, ahead, tmp_path, "-c", LOOKS).split() == ["False"]


@pytest.mark.parametrize(
    ("method", "reply", "is_own"),
    [
        ("get", HttpResponse(), False),
        ("post", HttpResponse(), True),
        ("get", HttpResponseRedirect("/"), True),
        ("get", HttpResponseClientRedirect("/"), True),
    ],
)
def test_page_that_a_reply_leads_to_has_what_was_waited_for(method, reply, is_own):
    """A sample that a job has just made would be empty on the replica."""
    request = getattr(RequestFactory(), method)("/")
    assert ("own" in OwnWritesMiddleware(lambda _: reply)(request).cookies) == is_own


def imported(folder, words, **more):
    return subprocess.run(
        [sys.executable, "-c", f"import compliance.settings as s; {words}"],
        env=os.environ | {"ATTEST_DATA_DIR": str(folder)} | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_replica_needs_postgresql(tmp_path):
    done = imported(
        tmp_path,
        "",
        DATABASE_URL=f"sqlite:///{tmp_path}/a",
        ATTEST_REPLICA_URL="postgres://one/two",
    )
    assert "are addresses of PostgreSQL" in done.stderr


def test_replica_has_to_prove_itself_as_its_address_says(tmp_path):
    done = imported(
        tmp_path,
        "print(s.DATABASES['replica']['OPTIONS'])",
        DATABASE_URL="postgres://one/two",
        ATTEST_REPLICA_URL="postgres://far/two?sslmode=verify-full&connect_timeout=1",
    )
    assert "'sslmode': 'verify-full'" in done.stdout
    assert "'connect_timeout': 1" in done.stdout.replace("'1'", "1")
    assert "'tcp_user_timeout': 3000" in done.stdout
