"""The replacement of a key is killed: the old one signs or the new, and all that was signed counts."""

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("what", "moments", "step"),
    [
        ("checkpoints", 12, 4),
        ("secret", 4, 1),
        pytest.param("checkpoints", 12, 1, marks=pytest.mark.long),
    ],
)
def test_killed_replacement_leaves_one_key_and_all_that_counts(prepared, what, moments, step):
    """``moments`` is how many there are at least at which the process may be killed."""
    outcome = prepared.ask(what, step, module="replacing")
    print(outcome["kills"])  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["kills"] > moments / step
