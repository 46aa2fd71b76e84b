"""The server is killed while eight people type: what it acknowledged is still there."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.load.editing import check_nothing_was_lost, open_pages, work_together
from tests.support.costs import busy

pytestmark = pytest.mark.slow
LONGEST_START_SECONDS = 5


def kill_again_and_again(site, kills, between_seconds):
    door = site.ask("seed", 60, 1, 8)
    site.start()
    chance, stop, starts = random.Random(kills), threading.Event(), []  # noqa: S311

    def killer():
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0, between_seconds))
                site.kill()
                starts.append(site.start())
        finally:
            stop.set()

    staff = open_pages(site, door, 8)
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(killer)
        work_together(staff, door["answers"], 100_000, stop)
    killed.result()
    lost_replies = sum(editor.work.unanswered for editor in staff)
    kept = sum(len(editor.work.acknowledged) for editor in staff)
    print(  # noqa: T201
        f"{kills} kills, {kept} saves kept, {lost_replies} without a reply, slowest start {max(starts):.1f} s"
    )
    check_nothing_was_lost(staff, site.ask("state", door["assessment"]), killed=True)
    assert len(starts) == kills
    return max(starts)


def test_kill_loses_nothing_acknowledged(make_site):
    kill_again_and_again(make_site(), 1, 0.7)


@pytest.mark.long
def test_twenty_kills_lose_nothing_acknowledged(make_site):
    most = LONGEST_START_SECONDS * busy()
    slowest = kill_again_and_again(make_site(), 20, 3)
    assert slowest <= most
