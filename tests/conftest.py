"""The cast, and clients that are signed in as one of it."""

import faulthandler
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from tempfile import TemporaryDirectory

import pytest
from allauth.account.internal.userkit import user_id_to_str
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client, SimpleTestCase
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as examples

from compliance.call_stack import with_room
from compliance.ground.sandbox import process as reader
from compliance.operations.backups import backup
from compliance.operations.monitoring import checks
from compliance.operations.seeds import actions as seeds
from compliance.proof.press import process as printer
from tests.support import postgres, warm_processes
from tests.support.bucket import read_once, s3, s3_door, s3_server, versioned  # noqa: F401 - fixtures
from tests.support.factories import make_cast
from tests.support.installations import FILE, environment
from tests.support.needs import needs
from tests.support.prepared_folders import TABLES, made
from tests.support.replica import keep_cluster, lines, pair  # noqa: F401 - fixtures
from tests.support.tenth import mark_rest
from tests.support.trail_check import Watch
from tests.support.warm_processes import warmed

# How long an example takes says how busy the machine is, not what the code does.
examples.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("patient")


CHECKPOINTS = settings.CHECKPOINTS_DIR
LAST_BACKUP = settings.DATA_DIR / backup.LAST

ASKS = {"db", "transactional_db", "new_database", "new_server"}
"""Fixtures of what asks the kind of database that the suite runs on."""


@pytest.hookimpl(tryfirst=True)  # before a fixture is made
def pytest_runtest_setup(item):
    """Skip a test that lacks what its mark names; a long one may take more than five minutes."""
    if item.get_closest_marker("long"):
        faulthandler.cancel_dump_traceback_later()
    for mark in item.iter_markers("needs"):
        needs(*mark.args)


def pytest_terminal_summary(terminalreporter, config):
    """Tell manage.py why tests were skipped; its last lines say so."""
    is_first = not hasattr(config, "workerinput")  # which hears of all of them
    if is_first and (path := os.environ.get("SKIPPED_TESTS")):
        with open(path, "a") as file:
            for report in terminalreporter.stats.get("skipped", []):
                reason = report.longrepr[2].removeprefix("Skipped: ")
                file.write(f"{reason}\t{report.nodeid}\n")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    """Mark what asks the kind of database: the rest says the same on every one."""
    mark_rest(items)
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if postgres.is_left_out(item.path, parameters):
            continue
        is_case = item.cls and issubclass(item.cls, SimpleTestCase)
        if is_case or reaches_database(item):
            item.add_marker("database")


def reaches_database(item):
    """Whether a test may have rows when it ends; one of a class has lost them by then."""
    is_said = item.get_closest_marker("django_db")
    return bool(is_said) or not ASKS.isdisjoint(item.fixturenames)


reader.subprocess = warmed(reader)
printer.subprocess = warmed(printer)


@pytest.fixture
def cold(monkeypatch):
    """The processes that read files and lay out pages, started as an installation does."""
    for process in (reader, printer):
        monkeypatch.setattr(process, "subprocess", subprocess)


@pytest.fixture(autouse=True)
def nothing_left():
    """Traces that outlive the rows of a test would meet the next one.

    Checkpoints, the moment of the last backup, counts of tries, and figures of whether
    the installation is well, which count for some seconds.
    """
    yield
    shutil.rmtree(CHECKPOINTS, ignore_errors=True)
    LAST_BACKUP.unlink(missing_ok=True)
    cache.clear()
    checks._kept = None


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Call a test as an installation calls the app, without a memory map for each call."""
    pyfuncitem.obj = with_room(pyfuncitem.obj)


WATCH = pytest.StashKey[Watch]()


@pytest.fixture(autouse=True)
def watch(request):
    """See what is changed outside of a writer's block."""
    request.node.stash[WATCH] = seeing = Watch()
    with connection.execute_wrapper(seeing):
        yield seeing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A test that wrote events passes only when they explain the tables.

    Threads and processes of browser and load tests may still write by then.
    """
    result = yield
    is_alone = item.path.parent.name not in {"browser", "load"}
    is_elsewhere = "new_server" in item.fixturenames  # and not in the suite's own
    if is_alone and not is_elsewhere and reaches_database(item) and not connection.needs_rollback:
        assert list(item.stash[WATCH].faults()) == []
    return result


@pytest.fixture(scope="session")
def shipped():
    """The seeds as they are shipped, read once."""
    return seeds.read(settings.BASE_DIR / "seeds")


@pytest.fixture
def cast(db):
    """Everyone: ``cast.acme``, ``cast.ada``, ``cast.con`` and the rest."""
    return make_cast()


@pytest.fixture
def still(time_machine):
    """The clock stands still: calls are counted anew when a minute begins."""
    time_machine.move_to(timezone.now(), tick=False)


@pytest.fixture
def sign_in():
    """``sign_in(user)``: a client with that person's session."""

    def as_user(user):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return as_user


@pytest.fixture
def sign_in_freshly(sign_in):
    """``sign_in_freshly(user)``: the same, of somebody who typed their password just now."""

    def as_user(user):
        client = sign_in(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = user_id_to_str(user)
        session.save()
        return client

    return as_user


@pytest.fixture
def committed(transactional_db):
    """A database in which commits are real; emptied afterwards, guarded rows too."""
    yield
    if connection.vendor != "sqlite":
        return  # TRUNCATE fires no row trigger
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        for _, sql in triggers:
            cursor.execute(sql)


@pytest.fixture
def shared(committed):
    """A database that several threads may use at once; one in memory has one connection."""
    if connection.vendor == "sqlite":
        pytest.skip("a database in memory has one connection")


def migrate(url):
    """Make the tables of a database, as an installation does."""
    with TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=settings.BASE_DIR,
            env=environment(folder, url),
            check=True,
        )


@pytest.fixture(scope="session")
def migrated_file():
    """A SQLite file with all tables and no rows, to be copied: making it takes seconds."""
    return made("tables", lambda new: migrate(f"sqlite:///{new}/{FILE}"), TABLES) / FILE


@pytest.fixture(scope="session")
def migrated_cluster():
    """The folder of a whole PostgreSQL with such a database, to be copied."""
    return made("cluster", lambda new: keep_cluster(new, migrate), TABLES)


@pytest.fixture(scope="session")
def migrated_database():
    """The name of such a database on the server that the suite runs on."""
    return postgres.migrated(migrate)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, request):
    """The suite's own database begins as a copy: ``migrate`` then finds nothing to do."""
    if connection.vendor != "sqlite":
        template = request.getfixturevalue("migrated_database")
        connection.settings_dict["TEST"]["TEMPLATE"] = template
        return
    path = request.getfixturevalue("migrated_file")

    def fill(connection, **kwargs):
        if connection.is_in_memory_db() and not connection.introspection.table_names():
            with closing(sqlite3.connect(path)) as source:
                source.backup(connection.connection)

    connection_created.connect(fill, weak=False)


@pytest.fixture
def new_server():
    """A new database of PostgreSQL, where the suite runs on one."""
    if not postgres.IS_SERVER:
        pytest.skip("needs both kinds of database")
    with postgres.database() as name:
        yield postgres.url_of(name)


@pytest.fixture
def race(tmp_path, committed, request):
    """``race(program, rounds)``: what a program of its own printed, as JSON, at its end.

    Its database is a file of its own, or the committed one of PostgreSQL.
    """
    url = ""
    if connection.vendor == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path)
    else:
        database = connection.settings_dict
        place = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
        url = f"postgres://{database['USER']}:{database['PASSWORD']}@{place}"
    env = environment(tmp_path, url) | {"PYTHONPATH": str(settings.BASE_DIR)}

    def run(program, rounds):
        done = warm_processes.run("-c", program, str(rounds), env=env)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
