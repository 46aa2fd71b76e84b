"""A worker that is killed or stopped while it makes a file: one whole file, or none."""

import pytest

from tests.support.costs import busy

pytestmark = pytest.mark.slow
SHORT = {"report": 13, "bundle": 19, "pack": 41}
"""Every how many moments it is killed."""


def kill(prepared, kind, step):
    outcome = prepared.ask("attack", kind, step, module="jobs")
    print(outcome["kills"])  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["kills"] > 60 / step


@pytest.mark.parametrize(
    "kind",
    ["report", *(pytest.param(k, marks=pytest.mark.long) for k in ("bundle", "pack"))],
)
def test_file_whose_worker_is_killed_is_made_once_and_whole(prepared, kind):
    kill(prepared, kind, SHORT[kind])


@pytest.mark.long
@pytest.mark.parametrize("kind", SHORT)
def test_file_whose_worker_is_killed_at_every_moment(prepared, kind):
    kill(prepared, kind, 1)


@pytest.mark.parametrize(
    "moments",
    [
        ("before", 0.3),
        pytest.param(("before", 0, 0.3, 0.6), marks=pytest.mark.long, id="each"),
    ],
)
def test_report_whose_worker_is_killed_around_its_seal_is_sealed_once(prepared, moments):
    """Before the process that seals begins, and seconds after that."""
    outcome = prepared.ask("sealing", *moments, module="jobs")
    assert (outcome["faults"], outcome["kills"]) == ([], len(moments))


@pytest.mark.parametrize("kind", ["report", pytest.param("pack", marks=pytest.mark.long)])
def test_file_that_kills_its_worker_each_time_is_given_up_in_words(prepared, kind):
    outcome = prepared.ask("hopeless", kind, module="jobs")
    assert (outcome["kills"], outcome["status"]) == (3, "failed")
    assert "ran out of memory" in outcome["problem"]
    assert outcome["is_shown"]
    assert (outcome["left"], outcome["hang"]) == ([], [])


@pytest.mark.parametrize(
    ("moments", "kills"),
    [([2600], 1), pytest.param([0, 60], 51, marks=pytest.mark.long, id="each")],
)
def test_sample_whose_worker_is_killed_is_made_whole_by_the_next(prepared, moments, kills):
    """In the middle of it, or at every sixtieth moment; ``kills`` are the fewest."""
    outcome = prepared.ask("sampled", *moments, module="jobs")
    print(outcome["kills"])  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["kills"] >= kills


def test_cancelled_export_ends_within_two_seconds(prepared):
    outcome = prepared.ask("cancelled", module="jobs")
    assert (outcome["reply"], outcome["status"], outcome["left"]) == (
        302,
        "cancelled",
        [],
    )
    assert outcome["seconds"] < 2 * busy()


@pytest.mark.parametrize("moment", ["seal", pytest.param("make_report", marks=pytest.mark.long)])
def test_report_whose_command_is_killed_is_ended_by_the_worker(prepared, moment):
    outcome = prepared.ask("commanded", moment, module="jobs")
    assert outcome["is_killed"]
    assert outcome["before"] in {"waiting", "running"}
    assert outcome["status"] == "failed"
    assert "Run the command again" in outcome["problem"]
    assert (outcome["left"], outcome["tasks"], outcome["fault"]) == ([], 0, "None")
