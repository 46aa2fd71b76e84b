"""How a provision changed, in words."""

from datetime import date

import pytest

from compliance.content.legal_index.amendments import State, words

SOON, LATER = date(2026, 8, 2), date(2027, 12, 2)


def state(status="in_force", day=SOON, successor=""):
    return State(day, status, successor)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            state("applies_later"),
            state("applies_later", LATER),
            "applies from 2 Dec 2027 instead of 2 Aug 2026",
        ),
        (state("applies_later"), state(), "now in force"),
        (
            state("applies_later", LATER),
            state(),
            "now in force, from 2 Aug 2026 instead of 2 Dec 2027",
        ),
        (state("repealed"), state(), "in force again"),
        (state(), state("repealed"), "repealed"),
        (
            state(),
            state("repealed", successor="AI Act Art. 4a"),
            "repealed; see AI Act Art. 4a",
        ),
        (
            state(successor="AI Act Art. 4a"),
            state("repealed", successor="AI Act Art. 4a"),
            "repealed; see AI Act Art. 4a",
        ),
        (
            state("repealed"),
            state("repealed", LATER),
            "applied from 2 Dec 2027 instead of 2 Aug 2026",
        ),
        (
            state("proposed"),
            state("applies_later"),
            "adopted, applies from 2 Aug 2026",
        ),
        (
            state(),
            state("applies_later", LATER),
            "no longer in force, applies from 2 Dec 2027 instead of 2 Aug 2026",
        ),
        (state(), state("proposed"), "only proposed now"),
        (state(successor="A"), state(successor="B"), "see B instead of A"),
        (state(), state(successor="B"), "see B"),
        (state(successor="A"), state(), "no longer followed by A"),
        (
            state("applies_later"),
            state("applies_later", LATER, "B"),
            "applies from 2 Dec 2027 instead of 2 Aug 2026; see B",
        ),
        (state(), state(), ""),
    ],
)
def test_a_change_is_put_in_words(old, new, said):
    assert words(old, new) == said


def test_every_change_of_a_status_has_words():
    statuses = ["in_force", "applies_later", "proposed", "repealed"]
    pairs = [(old, new) for old in statuses for new in statuses if old != new]
    assert all(words(state(old), state(new)) for old, new in pairs)


def test_a_state_takes_the_values_that_the_trail_keeps():
    old = state().with_values({"applies_from": "2027-12-02", "title": "No law"})
    assert old == state(day=LATER)
