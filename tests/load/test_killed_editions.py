"""A process is killed in the middle of an act on editions or assessments: all stands, or none."""

import pytest
from django.db import connection

pytestmark = pytest.mark.slow
ACTS = {
    "killing": {
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
    },
    "drafts": {
        "name roles",
        "replace",
        "undo the replacing",
        "merge",
        "undo the merge",
        "change the law",
    },
}


def kill(site, module, how, number):
    outcomes = site.ask(how, number, module=module)
    print(outcomes)  # noqa: T201
    assert outcomes.keys() == ACTS[module]
    assert {name: one["half"] for name, one in outcomes.items() if one["half"]} == {}
    return outcomes.values()


@pytest.mark.parametrize("module", ACTS)
@pytest.mark.parametrize("step", [24, pytest.param(1, marks=pytest.mark.long)])
def test_act_killed_before_a_statement_or_its_commit_has_done_nothing(make_site, module, step):
    for one in kill(make_site(), module, "statements", step):
        assert (one["before"], one["after"]) == (one["kills"], 1)
        assert one["kills"] > 6 / step


@pytest.mark.skipif(connection.vendor != "sqlite", reason="no file to put back")
@pytest.mark.parametrize(
    ("module", "times"),
    [
        ("killing", 1),
        pytest.param("killing", 100, marks=pytest.mark.long),
        pytest.param("drafts", 100, marks=pytest.mark.long),
    ],
)
def test_act_killed_at_any_moment_is_done_or_undone(make_site, module, times):
    for one in kill(make_site(), module, "moments", times):
        assert one["before"] + one["after"] == one["kills"] == times
