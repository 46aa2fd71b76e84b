"""A worker that is killed while it makes a file, or told to stop: one whole file, or none."""

import pytest

pytestmark = pytest.mark.slow
SHORT = {"report": 13, "bundle": 19, "pack": 41}
"""Every how many moments it is killed."""


def kill(prepared, kind, step):
    told = prepared.ask("attack", kind, step, module="jobs")
    print(told["kills"])  # noqa: T201
    assert told["faults"] == []
    assert told["kills"] > 60 / step


@pytest.mark.parametrize("kind", SHORT)
def test_file_whose_worker_is_killed_is_made_once_and_whole(prepared, kind):
    kill(prepared, kind, SHORT[kind])


@pytest.mark.long
@pytest.mark.parametrize("kind", SHORT)
def test_file_whose_worker_is_killed_at_every_moment(prepared, kind):
    kill(prepared, kind, 1)


def test_report_whose_worker_is_killed_around_its_seal_is_sealed_once(prepared):
    told = prepared.ask("sealing", module="jobs")
    assert (told["faults"], told["kills"]) == ([], 4)


@pytest.mark.parametrize("kind", ["report", "pack"])
def test_file_that_kills_its_worker_each_time_is_given_up_in_words(prepared, kind):
    told = prepared.ask("hopeless", kind, module="jobs")
    assert (told["kills"], told["status"]) == (3, "failed")
    assert "ran out of memory" in told["problem"]
    assert told["is_told"]
    assert (told["left"], told["hang"]) == ([], [])


@pytest.mark.parametrize("step", [2600, pytest.param(60, marks=pytest.mark.long)])
def test_sample_whose_worker_is_killed_is_made_whole_by_the_next(prepared, step):
    told = prepared.ask("sampled", step, module="jobs")
    print(told["kills"])  # noqa: T201
    assert told["faults"] == []
    assert told["kills"] > 3000 / step


def test_cancelled_export_ends_within_two_seconds(prepared):
    told = prepared.ask("cancelled", module="jobs")
    assert (told["reply"], told["status"], told["left"]) == (302, "cancelled", [])
    assert told["seconds"] < 2


@pytest.mark.parametrize("moment", ["make_report", "seal"])
def test_report_whose_command_is_killed_is_ended_by_the_worker(prepared, moment):
    told = prepared.ask("commanded", moment, module="jobs")
    assert told["is_killed"]
    assert told["before"] in {"waiting", "running"}
    assert told["status"] == "failed"
    assert "Run the command again" in told["problem"]
    assert (told["left"], told["tasks"], told["fault"]) == ([], 0, "None")
