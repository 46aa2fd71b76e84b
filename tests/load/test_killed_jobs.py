"""A worker that is killed while it makes a file, or told to stop: one whole file, or none."""

import pytest

from tests.load.conftest import new_database
from tests.load.serving import Site

pytestmark = pytest.mark.slow
SHORT = {"report": 7, "bundle": 11, "pack": 23}
"""Every how many moments it is killed."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """An installation with an assessment, for all of them."""
    with new_database() as url:
        found = Site(tmp_path_factory.mktemp("site"), url, workers=2)
        found.ask("prepare", module="jobs")
        yield found


def kill(site, kind, step):
    told = site.ask("attack", kind, step, module="jobs")
    print(told["kills"])  # noqa: T201
    assert told["faults"] == []
    assert told["kills"] > 60 / step


@pytest.mark.parametrize("kind", SHORT)
def test_file_whose_worker_is_killed_is_made_once_and_whole(site, kind):
    kill(site, kind, SHORT[kind])


@pytest.mark.long
@pytest.mark.parametrize("kind", SHORT)
def test_file_whose_worker_is_killed_at_every_moment(site, kind):
    kill(site, kind, 1)


def test_report_whose_worker_is_killed_around_its_seal_is_sealed_once(site):
    told = site.ask("sealing", module="jobs")
    assert (told["faults"], told["kills"]) == ([], 4)


@pytest.mark.parametrize("kind", ["report", "pack"])
def test_file_that_kills_its_worker_each_time_is_given_up_in_words(site, kind):
    told = site.ask("hopeless", kind, module="jobs")
    assert (told["kills"], told["status"]) == (3, "failed")
    assert "too little memory" in told["problem"]
    assert told["is_told"]
    assert (told["left"], told["hang"]) == ([], [])


def test_cancelled_export_ends_within_two_seconds(site):
    told = site.ask("cancelled", module="jobs")
    assert (told["reply"], told["status"], told["left"]) == (302, "cancelled", [])
    assert told["seconds"] < 2
