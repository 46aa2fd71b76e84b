"""Many editors, one assessment: nothing acknowledged is lost, nothing overwritten unseen."""

import threading
from concurrent.futures import ThreadPoolExecutor
from copy import copy

import pytest

from tests.load.editing import (
    check_nothing_was_lost,
    open_pages,
    times_of,
    work_together,
)

pytestmark = pytest.mark.slow


def save_together(site, editors, saves):
    """The editors, once their replies were checked, and the door they took."""
    door = site.ask("seed", 60, 1, editors)
    site.start()
    staff = open_pages(site, door, editors)
    work_together(staff, door["answers"], saves)
    print(times_of(staff))  # noqa: T201
    send_five_copies(staff, door["answers"][0])
    kept = [len(editor.work.acknowledged) for editor in staff]
    assert sum(kept) == editors * saves + 2
    check_nothing_was_lost(staff, site.ask("state", door["assessment"]))


def send_five_copies(staff, answer):
    """One save, sent again while the first is on its way: all have the same reply."""
    first = staff[0]
    first.persist(answer, "e00-0000 again")
    first.close()
    copies = [copy(first) for _ in range(5)]
    for one in copies:
        one.screen = dict(first.screen)
    with ThreadPoolExecutor(5) as pool:
        statuses = pool.map(lambda one: one.save(answer, "five copies"), copies)
    assert list(statuses) == [200] * 5
    for one in copies:
        one.close()


def test_four_editors_lose_nothing(make_site):
    save_together(make_site(workers=2), 4, 10)


@pytest.mark.long
def test_sixteen_editors_on_four_processes_lose_nothing(make_site):
    save_together(make_site(workers=4), 16, 250)


@pytest.mark.long
def test_sixteen_editors_on_one_process_lose_nothing(make_site):
    save_together(make_site(), 16, 250)


@pytest.mark.parametrize("rounds", [1, pytest.param(2, marks=pytest.mark.long)])
def test_facts_change_while_saves_go_on(make_site, rounds):
    """In each round there and back."""
    site = make_site(workers=2)
    door = site.ask("seed", 60, 1, 4)
    site.start()
    staff, stop = open_pages(site, door, 4), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        facts = pool.submit(site.ask, "facts", door["assessment"], 2 * rounds)
        facts.add_done_callback(lambda _: stop.set())
        work_together(staff, door["answers"], 100_000, stop)
    assert facts.result() == [30] * 2 * rounds
    state = site.ask("state", door["assessment"])
    check_nothing_was_lost(staff, state)
    assert (state["applies"], state["facts"]) == (60, {"data": ["health"]})
    changed = [e for e in state["events"] if e["action"] == "assessment.facts_changed"]
    sides = [tuple(event[side]["facts"]["data"] for side in ("before", "after")) for event in changed]
    assert sides == [(["health"], []), ([], ["health"])] * rounds
