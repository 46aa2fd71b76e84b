"""Sites for the load tests, on the kind of database that the suite runs on."""

import shutil

import pytest

from tests.load.serving import Site
from tests.support import postgres


@pytest.fixture(scope="session")
def new_database(request):
    """``new_database(folder)``: the address of one with all tables, and no rows."""
    made = []

    def make(folder):
        if not postgres.IS_SERVER:
            shutil.copy(request.getfixturevalue("migrated_file"), folder)
            return ""
        template = request.getfixturevalue("migrated_database")
        made.append(postgres.create(template))
        return postgres.url_of(made[-1])

    yield make
    for name in made:
        postgres.drop(name)


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
