"""Sites for the load tests, on the kind of database that the suite runs on."""

import os
import uuid
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.load.serving import Site


@contextmanager
def new_database():
    """The address of a new database on the server that the suite uses; "" for a file of its own."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield ""
        return
    import psycopg  # noqa: PLC0415

    def on_server(statement):
        server = urlunsplit(urlsplit(given)._replace(path="/postgres"))
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement)

    name = f"load_{uuid.uuid4().hex}"
    on_server(f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url():
    with new_database() as url:
        yield url


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An installation with an assessment, for a module that kills processes in it."""
    with new_database() as url:
        site = Site(tmp_path_factory.mktemp("site"), url, workers=2)
        site.ask("prepare", module="jobs")
        yield site


@pytest.fixture
def make_site(tmp_path, database_url):
    """``make_site(workers)``: a site, stopped at the end of the test."""
    sites = []

    def make(workers=1):
        sites.append(Site(tmp_path, database_url, workers))
        return sites[-1]

    yield make
    for site in sites:
        site.stop()
