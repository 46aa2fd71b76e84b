"""The server is killed while somebody signs, brings a bundle in, or is deactivated: all of
it, or nothing.

Each time the person tries again, sees what came of it, and has it once.
"""

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("act", "moments", "step"),
    [
        ("sign", 100, 80),
        ("bring", 100, 180),
        ("deactivate", 50, 10),
        pytest.param("sign", 100, 1, marks=pytest.mark.long),
        pytest.param("bring", 100, 1, marks=pytest.mark.long),
        pytest.param("deactivate", 50, 1, marks=pytest.mark.long),
    ],
)
def test_act_whose_server_is_killed_is_done_once_or_not_at_all(prepared, act, moments, step):
    """``moments`` is how many there are at least at which the server may be killed."""
    outcome = prepared.ask(act, step, module="acts")
    print(outcome["kills"])  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["kills"] > moments / step
