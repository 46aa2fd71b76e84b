"""A process is killed while it brings in, publishes, moves or signs: all stands, or none."""

import pytest
from django.db import connection

pytestmark = pytest.mark.slow
ACTS = {
    "bring in",
    "replace a draft",
    "send to review",
    "publish",
    "move",
    "undo the move",
    "send an assessment",
    "sign",
    "ask to reopen",
    "reopen",
    "bring an assessment in",
}


def kill(site, how, number):
    told = site.ask(how, number, module="killing")
    print(told)  # noqa: T201
    assert told.keys() == ACTS
    assert {name: one["half"] for name, one in told.items() if one["half"]} == {}
    return told.values()


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.long)])
def test_act_killed_before_a_statement_or_its_commit_has_done_nothing(make_site, step):
    for one in kill(make_site(), "statements", step):
        assert (one["before"], one["after"]) == (one["kills"], 1)
        assert one["kills"] > 10 / step


@pytest.mark.skipif(connection.vendor != "sqlite", reason="no file to put back")
@pytest.mark.parametrize("times", [1, pytest.param(100, marks=pytest.mark.long)])
def test_act_killed_at_any_moment_is_done_or_undone(make_site, times):
    for one in kill(make_site(), "moments", times):
        assert one["before"] + one["after"] == one["kills"] == times
