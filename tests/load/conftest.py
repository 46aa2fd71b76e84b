"""Sites for the load tests, on the kind of database that the suite runs on."""

import os
import shutil
import uuid
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import migrate
from tests.load.serving import Site

GIVEN = os.environ.get("DATABASE_URL", "")
IS_FILE = not GIVEN.startswith("postgres")


def on_server(statement):
    import psycopg  # noqa: PLC0415

    server = urlunsplit(urlsplit(GIVEN)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def url_of(name):
    return urlunsplit(urlsplit(GIVEN)._replace(path=f"/{name}"))


def new_name():
    return f"load_{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def pattern(request, tmp_path_factory):
    """What new databases are copied from: a file, or the name of a database."""
    if IS_FILE:
        yield request.getfixturevalue("migrated_file")
        return
    name = new_name()
    on_server(f"CREATE DATABASE {name}")
    migrate(url_of(name), tmp_path_factory.mktemp("migrated"))
    yield name
    on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def new_database(pattern):
    """``new_database(folder)``: the address of one with all tables, and no rows."""
    made = []

    def make(folder):
        if IS_FILE:
            shutil.copy(pattern, folder)
            return ""
        made.append(new_name())
        on_server(f"CREATE DATABASE {made[-1]} TEMPLATE {pattern}")
        return url_of(made[-1])

    yield make
    for name in made:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, new_database):
    """An installation with an assessment, for a module that kills processes in it."""
    folder = tmp_path_factory.mktemp("site")
    site = Site(folder, new_database(folder), workers=2)
    site.ask("prepare", module="jobs")
    return site


@pytest.fixture
def make_site(tmp_path, new_database):
    """``make_site(workers)``: a site, stopped at the end of the test."""
    sites = []

    def make(workers=1):
        sites.append(Site(tmp_path, new_database(tmp_path), workers))
        return sites[-1]

    yield make
    for site in sites:
        site.stop()
